import type { Rule } from '../core/errors.ts'
import type { TransportInfo } from '../connection/transport.ts'

/** One opening handshake, or a refused request, as it was on the wire. */
export interface ObservedHandshake {
  /** The request's head exactly as received, from the request line to the empty line; may hold credentials. */
  readonly request: Uint8Array
  /** The response exactly as sent: head, and content where there is one. */
  readonly response: Uint8Array
  /** The status code of the response: 101, or 200 over HTTP/2, for an acceptance. */
  readonly status: number
  /** The rule that a refusal cites. */
  readonly rule: Rule | undefined
  /** HTTP version, addresses of both ends, TLS. */
  readonly transport: TransportInfo
}

/** Observes handshakes and changes nothing. If it throws, the error goes to `error`. Without an observer no bytes are kept. */
export interface ServerObserver {
  /** Called after the response was passed to the transport, before `open`. */
  handshake?(event: ObservedHandshake): unknown
}
