import type { Extension } from '../core/protocol/extension.ts'
import type { HandshakeLimits, SocketLimits } from '../connection/limits.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'

/** Options of `connect` that no runtime changes. */
export interface ConnectOptions<S extends Subprotocols = readonly []> {
  /** Offered in this order. */
  readonly subprotocols?: S
  /** When subprotocols were offered and none came back: go on (RFC 6455) or fail (as browsers do). Default `fail`. */
  readonly noSubprotocol?: 'accept' | 'fail'
  readonly extensions?: readonly Extension[]
  /** Field lines added to the request; those the handshake owns are refused. */
  readonly headers?: Iterable<readonly [string, string]> | Readonly<Record<string, string>>
  readonly origin?: string
  /** Follow at most this many redirects. Default 0. */
  readonly redirects?: number
  readonly signal?: unknown
  readonly limits?: Partial<SocketLimits & HandshakeLimits>
  readonly keepalive?: { readonly intervalMs?: number; readonly timeoutMs?: number } | false
  readonly closeTimeoutMs?: number
  readonly invalidMessage?: 'report' | 1007 | 1008
  readonly slowConsumer?: 'close' | 'drop'
  readonly text?: 'string' | 'bytes'
}
