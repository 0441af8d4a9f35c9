import { checkOptions } from '../core/option-names.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { checkInteger } from '../connection/option-checks.ts'
import { createRuntime } from '../connection/runtime.ts'
import type { SocketOf } from '../connection/socket.ts'
import { ConnectingQueue } from '../client/connecting-queue.ts'
import type { BroadcastResult } from '../server/broadcast.ts'
import type { BroadcastOptions } from '../server/broadcast-options.ts'
import type { DrainOptions, DrainResult, ServerOptions } from '../server/options.ts'
import type { AnyServerOptions } from '../server/settings.ts'
import { checkClock, ManualClock } from './manual-clock.ts'
import { MemoryListener } from './memory-listener.ts'
import { isSecure, openLink } from './memory-link.ts'
import type { LinkOptions, MemoryConnect, MemoryLink, MemoryNetwork } from './memory-link.ts'
import { memoryReconnecting } from './memory-reconnecting.ts'
import type { MemoryReconnecting } from './memory-reconnecting.ts'
import { createTestPlatform } from './platform.ts'

/** The network and the clock of a server in memory. */
export interface MemoryOptions {
  /** Of the server and of all its clients. Default: a {@link ManualClock} at 0. */
  readonly clock?: ManualClock
  /** Bytes in flight in one direction of a connection; beyond it they are buffered at the sender. Default 65 536. */
  readonly capacity?: number
  /** Of the keys and nonces, which are the same in every run. Default 1. */
  readonly seed?: number
}

/** A server without a port, and the clients that reach it. */
export interface MemoryServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> {
  /** The clock of the server and its clients, which moves only by `advance`. */
  readonly clock: ManualClock
  /** Errors of the server's hooks and handlers without `error`, and of its clients'. */
  readonly errors: readonly unknown[]
  /** Every connection after its opening handshake and before it is CLOSED. */
  readonly connections: ReadonlySet<SocketOf<S, Context, N>>
  /** Bytes of memory that the open connections hold, as `limits.memory` counts them; undefined without that limit. */
  readonly heldBytes: number | undefined
  /** Opens a connection, as `connect` of `hawser` does: both ends exchange the bytes of an opening handshake over HTTP/1.1. */
  readonly connect: MemoryConnect
  /** A client that connects again, as `reconnecting` of `hawser` makes it: on the manual clock, and with the same delays in every run. */
  readonly reconnecting: MemoryReconnecting
  /**
   * A connection before its opening handshake: for faults, for another client address, and for bytes that no client would send.
   * @throws OptionError for a wrong option
   * @throws HandshakeError at stage `tcp` if the server has stopped
   */
  link(options?: LinkOptions): MemoryLink
  /**
   * Sends one message to many connections, encoded once for each subprotocol.
   * @throws OptionError for a wrong option; then no connection receives it
   * @throws MessageError when a chosen connection's codec refuses the message; then no connection receives it
   */
  broadcast(message: Parameters<SocketOf<S, Context, N>['send']>[0], options?: BroadcastOptions<SocketOf<S, Context, N>>): BroadcastResult
  /**
   * As `drain` of a server: `graceMs` counts on the manual clock.
   * @throws OptionError
   */
  drain(options?: DrainOptions): Promise<DrainResult>
  /** Drops every connection at once. */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A whole server in memory, for tests of an application's own hook, handlers, rooms and limits: no port, no real time, no randomness. It takes the options
 * of `serve`, except those about listening, TLS, HTTP/2 and ordinary requests. The opening handshake is that of HTTP/1.1 with all its bytes.
 * @param options the handlers, the `upgrade` hook and the limits
 * @param memory the clock, the seed and the capacity of the network
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError naming the option that is wrong
 */
export function memoryServer<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(options: ServerOptions<S, Context, N, Path, Handler, undefined> = {}, memory: MemoryOptions = {}): MemoryServer<S, Context, N> {
  return new ServerInMemory(options as AnyServerOptions, memory) as unknown as MemoryServer<S, Context, N>
}

class ServerInMemory implements Omit<MemoryServer, 'connect'> {
  readonly reconnecting: MemoryReconnecting
  readonly clock: ManualClock
  readonly errors: unknown[] = []
  readonly #listener: MemoryListener
  readonly #network: Omit<MemoryNetwork, 'accept'>

  constructor(options: AnyServerOptions, memory: MemoryOptions) {
    checkOptions(memory, ['clock', 'capacity', 'seed'])
    checkInteger('capacity', memory.capacity, 0)
    this.clock = memory.clock ?? new ManualClock()
    checkClock(this.clock)
    const platform = createTestPlatform(memory.seed ?? 1)
    const report = (error: unknown): void => void this.errors.push(error)
    this.#listener = new MemoryListener(options, createRuntime(platform, this.clock), report)
    this.#network = {
      client: { connections: createRuntime(platform, this.clock), queue: new ConnectingQueue(), explain: () => undefined, variables: {}, report },
      capacity: memory.capacity,
    }
    this.reconnecting = memoryReconnecting({ connect: this.connect as MemoryConnect, clock: this.clock, platform, report })
  }

  get connections(): ReadonlySet<any> {
    return this.#listener.core.connectionSet
  }

  get heldBytes(): number | undefined {
    return this.#listener.core.memory?.bytes
  }

  readonly connect = async (url: string | URL, options?: never): Promise<unknown> => this.link({ secure: isSecure(url) }).connect(url, options)

  link(options?: LinkOptions): MemoryLink {
    const listener = this.#listener
    const accept = listener.core.isAccepting ? listener.accept.bind(listener) : undefined
    return openLink({ ...this.#network, accept }, options)
  }

  broadcast(message: unknown, options?: BroadcastOptions<any>): BroadcastResult {
    return this.#listener.core.broadcast(message, options)
  }

  drain(options?: DrainOptions): Promise<DrainResult> {
    return this.#listener.drain(options)
  }

  close(): Promise<void> {
    return this.#listener.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
