import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import type { SocketOf } from '../connection/socket.ts'
import type { SlowConsumer } from '../connection/socket.ts'
import type { BroadcastResult } from '../server/broadcast.ts'
import type { BroadcastOptions } from '../server/broadcast-options.ts'
import type { ConnectionHandlers, DrainOptions, DrainResult, ServerLimits, ServerOptions } from '../server/options.ts'
import type { FetchCapabilities } from './capabilities.ts'

/** Limits of a server over the sockets of a platform. Those that need something the platform lacks are an `OptionError`. */
export type FetchLimits = Pick<
  ServerLimits,
  | 'message'
  | 'sendBuffer'
  | 'highWaterMark'
  | 'lowWaterMark'
  | 'receiveBuffer'
  | 'messagesPerSecond'
  | 'bytesPerSecond'
  | 'handshakeMs'
  | 'connections'
  | 'connectionsPerAddress'
  | 'ipv6Prefix'
  | 'handshakesPerSecond'
>

/**
 * Options of a server over the sockets of a platform: those of every server, without the ones that no platform can honour. `Incoming` is `incoming` of the
 * hook's argument.
 */
export interface FetchServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
  Incoming = unknown,
> extends ConnectionHandlers<S, Context, N, Handler>,
    Pick<
      ServerOptions<S, Context, N, Path, Handler, Incoming>,
      | 'subprotocols'
      | 'noSubprotocol'
      | 'hosts'
      | 'origins'
      | 'trustProxy'
      | 'paths'
      | 'upgrade'
      | 'refused'
      | 'error'
      | 'idleTimeoutMs'
      | 'closeTimeoutMs'
      | 'invalidMessage'
    > {
  /** Not possible: a platform delivers a message when it is complete. */
  readonly stream?: never
  /** Bounds on the memory and the work that a peer can cause. The capabilities say which of them the platform can keep. */
  readonly limits?: Partial<FetchLimits>
  /** What to do when more than `limits.sendBuffer` would wait for a peer that reads slowly. Default `close`, with 1013. */
  readonly slowConsumer?: Exclude<SlowConsumer, 'drop-oldest' | 'coalesce'>
  /** Needed with `limits.messagesPerSecond` and `limits.bytesPerSecond`: beyond them a connection is closed with 1008. `bytesPerSecond` counts messages. */
  readonly tooFast?: 'close'
}

/** A server over the sockets of a platform. */
export interface FetchServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> {
  /** What the platform gives, and what it does not. */
  readonly capabilities: FetchCapabilities
  /** Every connection that is open or closing. */
  readonly connections: ReadonlySet<SocketOf<S, Context, N>>
  /**
   * Sends one message to many connections, encoded once for each subprotocol.
   * @throws OptionError for a wrong option; then no connection receives it
   * @throws MessageError when a chosen connection's codec refuses the message; then no connection receives it
   */
  broadcast(message: Parameters<SocketOf<S, Context, N>['send']>[0], options?: BroadcastOptions<SocketOf<S, Context, N>>): BroadcastResult
  /**
   * Answers new opening handshakes with 503, closes every connection with 1001, and drops those that have not closed after `graceMs`. The platform's own
   * server goes on listening. A second call waits for the first.
   * @throws OptionError
   */
  drain(options?: DrainOptions): Promise<DrainResult>
  /** Answers new opening handshakes with 503, and drops every connection at once. */
  close(): void
  /** `drain` with a grace of one second. */
  [Symbol.asyncDispose](): Promise<void>
}
