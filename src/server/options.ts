import type { ExtensionElement, Extension } from '../core/protocol/extension.ts'
import type { CloseInfo } from '../core/protocol/events.ts'
import type { MessageError } from '../core/errors.ts'
import type { Fields } from '../core/handshake/fields.ts'
import type { HandshakeLimits, SocketLimits } from '../connection/limits.ts'
import type { MessageArguments, SocketOf } from '../connection/socket.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import type { ServerObserver } from './observer.ts'
import type { TransportInfo } from '../connection/transport.ts'

/** What the `upgrade` hook sees: a request that is already a valid opening handshake of an allowed origin. */
export interface UpgradeRequest {
  readonly httpVersion: '1.1' | '2' | '3'
  /** Absolute, `ws:` or `wss:`, made of scheme, authority and target. */
  readonly url: URL
  readonly path: string
  readonly fields: Fields
  readonly origin: string | undefined
  readonly authority: string
  /** As offered, in the client's order; may hold a bearer credential, so do not log it. */
  readonly subprotocols: readonly string[]
  readonly extensions: readonly ExtensionElement[]
  readonly transport: TransportInfo
}

export interface Acceptance<Context> {
  readonly context?: Context
  /** One that was offered and is declared; null for none. Default: the first of the client's list that is declared. */
  readonly subprotocol?: string | null
  /** Extra response fields. @throws TypeError later as a 500 for a name or value that HTTP does not allow, or one the handshake owns */
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string>>
  /** Set-Cookie values, one field line each. */
  readonly cookies?: readonly string[]
}

/** The part of the Fetch standard's Response that a refusal needs; a global `Response` is one. */
export interface ResponseLike {
  readonly status: number
  readonly statusText: string
  readonly headers: { forEach(callback: (value: string, name: string) => void): void }
  arrayBuffer(): Promise<ArrayBuffer>
}

export type UpgradeHook<Context> = (
  request: UpgradeRequest,
  control: { readonly signal: AbortSignalLike },
) => Acceptance<Context> | ResponseLike | Promise<Acceptance<Context> | ResponseLike>

/** Structural, so that no consumer needs the DOM's types. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface ConnectionHandlers<S extends Subprotocols, Context> {
  open?(socket: SocketOf<S, Context>): void | Promise<void>
  /** A promise holds the next message, and with it the peer, until it settles. */
  message?(...message: MessageArguments<S, Context>): void | Promise<void>
  /** A message its codec refuses. Without this handler it goes to `error`. */
  invalid?(socket: SocketOf<S, Context>, error: MessageError): void
  drained?(socket: SocketOf<S, Context>): void
  close?(socket: SocketOf<S, Context>, info: CloseInfo): void
}

/**
 * The same options with a `message` handler of fewer than three parameters. TypeScript does not let such a function stand where the
 * parameters are a union of tuples, which is what narrows them, so `serve` and `attach` have an overload for it.
 */
export type WithPlainMessage<Options, S extends Subprotocols, Context> = Pick<Options, Exclude<keyof Options, 'message'>> & {
  message?(socket: SocketOf<S, Context>, message: MessageArguments<S, Context>[1]): void | Promise<void>
}

/** Options of a server, whatever carries it. */
export interface ServerOptions<S extends Subprotocols = readonly [], Context = undefined> extends ConnectionHandlers<S, Context> {
  readonly subprotocols?: S
  /** When the client offers and nothing matches: go on without one, or refuse with 400. Default `accept`. */
  readonly noSubprotocol?: 'accept' | 'refuse'
  readonly extensions?: readonly Extension[]
  /** Allowed origins besides same-origin, each `scheme://host[:port]`; `any` turns the check off. Default: same-origin only. */
  readonly origins?: readonly string[] | 'any'
  /** Paths that upgrade; others get 404. Default: all. */
  readonly paths?: readonly string[]
  readonly upgrade?: UpgradeHook<Context>
  /** Errors thrown by the application's hooks and handlers. Default: written to stderr. */
  readonly error?: (error: unknown, where: 'upgrade' | 'open' | 'message' | 'invalid' | 'drained' | 'close') => void
  readonly limits?: Partial<SocketLimits & HandshakeLimits & { readonly connections: number }>
  readonly keepalive?: { readonly intervalMs?: number; readonly timeoutMs?: number } | false
  readonly closeTimeoutMs?: number
  /** A message its codec refuses: only report it, or report and close. Default `report`. */
  readonly invalidMessage?: 'report' | 1007 | 1008
  readonly slowConsumer?: 'close' | 'drop'
  readonly text?: 'string' | 'bytes'
  /** Sees the bytes of each opening handshake; costs nothing when absent. */
  readonly observe?: ServerObserver
}

export interface DrainOptions {
  /** How long connections may take for their closing handshake before they are dropped. Default 10 000 ms. */
  readonly graceMs?: number
  /** The Close frames leave spread over this time, so that the clients do not all come back at once. Default 0: all now. */
  readonly spreadMs?: number
  /** Default 1001 Going Away. */
  readonly code?: 1001 | 1012
  readonly reason?: string
}

export interface DrainResult {
  readonly closed: number
  readonly terminated: number
}
