/**
 * The server's side of the opening handshake (RFC 6455 section 4.2) with no HTTP version in it. `core/http1` and
 * `core/http2` turn their own bootstrap into an `OpeningRequest` and an acceptance into a response.
 */
import type { Rule } from '../errors.ts'
import type { ExtensionElement } from '../protocol/extension.ts'
import type { FieldLine, Fields } from './fields.ts'
import type { RequestTarget } from './request-target.ts'

/** A valid opening handshake, read. Field values are those the client sent. */
export interface OpeningRequest {
  readonly method: 'GET' | 'CONNECT'
  readonly httpVersion: '1.1' | '2' | '3'
  readonly target: RequestTarget
  /** `host[:port]` from Host, `:authority` or an absolute-form target, lower-case host. */
  readonly authority: string
  /** Undefined where the field is absent; the string `null` is an opaque origin. */
  readonly origin: string | undefined
  /** In the client's order of preference. */
  readonly subprotocols: readonly string[]
  readonly extensions: readonly ExtensionElement[]
  /** Undefined over HTTP/2 and HTTP/3. */
  readonly key: string | undefined
  readonly version: string
  readonly fields: Fields
}

/** A refusal, complete as HTTP knows it: what was wrong, which rule, which fields the answer must carry. */
export interface Refusal {
  readonly status: number
  readonly rule: Rule | undefined
  /** What was wrong with what was received, in one sentence. */
  readonly message: string
  /** For example Sec-WebSocket-Version, Allow, Retry-After. Framing fields are not here. */
  readonly fields: readonly FieldLine[]
  /** The connection must not be used for another request. */
  readonly close: boolean
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }
