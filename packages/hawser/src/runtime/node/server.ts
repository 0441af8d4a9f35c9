import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContextOptions } from 'node:tls'
import { showAs } from '../../connection/inspect.ts'
import type { Observer } from '../../connection/observer.ts'
import { diagnostics } from './diagnostics.ts'
import { checkObserver } from '../../connection/observers.ts'
import type { SocketOf } from '../../connection/socket.ts'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import { OptionError } from '../../core/errors.ts'
import { checkOptions } from '../../core/option-names.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import type { BroadcastResult } from '../../server/broadcast.ts'
import type { BroadcastOptions } from '../../server/broadcast-options.ts'
import type { Acceptance, DrainOptions, DrainResult } from '../../server/options.ts'
import { PathPatterns } from '../../server/path-patterns.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { attachCore, handleUpgrade } from './attach.ts'
import type { AttachableServer } from './attach.ts'

/** Messages that sockets of this server can send. */
type MessageOf<S extends Subprotocols, Context, N extends NoSubprotocol> = Parameters<SocketOf<S, Context, N>['send']>[0]

/**
 * A server of WebSocket connections. `createServer` and `attach` return one, and `serve` one with its own listener. `Server` alone
 * is a server of any subprotocols and any context.
 */
export interface Server<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> {
  /** Every connection after its opening handshake and before it is CLOSED. */
  readonly connections: ReadonlySet<SocketOf<S, Context, N>>
  /** Bytes of memory that the open connections hold, as `limits.memory` counts them; undefined without that limit. */
  readonly heldBytes: number | undefined
  /**
   * Also handles opening handshakes of an existing HTTP server, on `paths` (default: the server's own, or all). Other requests, and Upgrades that are
   * not WebSocket or not on these paths, are left to the other listeners of the HTTP server. If it has no other `upgrade` listener, an opening
   * handshake on another path gets 404 and another Upgrade is ignored (RFC 9110 section 7.8). With other `upgrade` listeners a client never gets a
   * second 101: a socket that one of them answered is left to it, and `error` gets an `UpgradeConflictError`.
   * @throws OptionError for a wrong option, if another attachment has one of the paths, and after `close` or `drain`
   */
  attach(server: AttachableServer, options?: { readonly paths?: readonly string[] }): void
  /**
   * Handles one Upgrade request for an application that listens for `upgrade` itself. With an `acceptance`, such as `{ context }`, the
   * application has decided: the `upgrade` hook is not called, and the other rules of the handshake are still checked.
   * @throws OptionError for an argument that does not come from an `upgrade` event
   * @throws UpgradeConflictError if this or another server has the socket already, or another listener has answered it
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, acceptance?: Acceptance<Context>): void
  /**
   * Observes opening handshakes that are answered from now on, and the frames and the end of the connections that they make. Without an observer a
   * message passes no further code.
   * @returns a function that removes the observer
   * @throws OptionError for anything else than an {@link Observer}
   */
  observe(observer: Observer): () => void
  /**
   * Sends one message to many connections, encoded once for each subprotocol.
   * @throws OptionError for a wrong option; then no connection receives it
   * @throws MessageError when a chosen connection's codec refuses the message; then no connection receives it
   */
  broadcast(message: MessageOf<S, Context, N>, options?: BroadcastOptions<SocketOf<S, Context, N>>): BroadcastResult
  /**
   * Stops listening, answers new opening handshakes with 503, closes every connection with 1001, behind the messages that `send` took before, and drops
   * those that have not closed after `graceMs`, with the ordinary requests that have no answer. A second call waits for the first.
   * @throws OptionError
   */
  drain(options?: DrainOptions): Promise<DrainResult>
  /** Stops listening and drops every connection at once. Use `drain` to close them cleanly. */
  close(): Promise<void>
  /** `drain` with a grace of one second. */
  [Symbol.asyncDispose](): Promise<void>
}

/** A server with its own listener. */
export interface ListeningServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> extends Server<S, Context, N> {
  /** For example `ws://127.0.0.1:8080/`; `ws+unix:/path/of.sock` for a Unix domain socket. */
  readonly url: string
  /** 0 for a Unix domain socket. */
  readonly port: number
  /** The result of `net.Server.address()`; for a Unix domain socket, its path. */
  readonly address: AddressInfo | string
  /**
   * Changes certificate and key for new connections, for example when the certificate was renewed; open connections keep theirs.
   * @throws OptionError when the server has no `tls`, or the certificate and the key cannot be used
   */
  setSecureContext(options: SecureContextOptions): void
  /** Undoes `unref`. */
  ref(): void
  /** Lets the process end although this server listens; its connections still keep the process alive. */
  unref(): void
}

/** The listener of a server, as far as a shutdown needs it. */
interface StoppableListener {
  /** Stops listening; resolves when every connection of the port has ended. */
  stop(): Promise<void>
  /** Drops ordinary requests that are still being answered. */
  drop(): void
}

export class NodeServer implements Server {
  readonly core: ServerCore
  readonly #detachments: (() => void)[] = []
  #listener: StoppableListener | undefined
  #stopped: Promise<void> | undefined

  constructor(core: ServerCore) {
    this.core = core
    for (const observer of diagnostics) core.observers.add(observer)
  }

  listenThrough(listener: StoppableListener): void {
    this.#listener = listener
  }

  get connections(): ReadonlySet<any> {
    return this.core.connectionSet
  }

  get heldBytes(): number | undefined {
    return this.core.memory?.bytes
  }

  attach(server: AttachableServer, options: { readonly paths?: readonly string[] } = {}): void {
    checkOptions(options, ['paths'])
    if (!this.core.isAccepting) {
      throw new OptionError('attach', 'a server that is open', undefined, 'attach: this server was closed or drained, so it accepts no connection')
    }
    const paths = options.paths === undefined ? this.core.settings.paths : new PathPatterns(options.paths, 'paths')
    this.#detachments.push(attachCore(this.core, server, paths))
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, acceptance?: Acceptance<any>): void {
    handleUpgrade(this.core, request, socket, head, acceptance)
  }

  observe(observer: Observer): () => void {
    if ((observer as unknown) === undefined) throw new OptionError('observer', 'an observer', observer)
    checkObserver('observer', observer)
    return this.core.observers.add(observer)
  }

  broadcast(message: unknown, options?: BroadcastOptions<any>): BroadcastResult {
    return this.core.broadcast(message, options)
  }

  async drain(options?: DrainOptions): Promise<DrainResult> {
    const drained = this.core.drain(options)
    const stopped = this.#stop()
    const result = await drained
    await this.core.refusalsDelivered()
    // Ordinary requests that are being answered have the rest of the grace.
    await this.core.withinGrace(stopped)
    this.core.close()
    this.#listener?.drop()
    await stopped
    this.#detach()
    return result
  }

  async close(): Promise<void> {
    this.#detach()
    const stopped = this.#stop()
    this.core.close()
    this.#listener?.drop()
    await stopped
    // The listener reports its end before its last connections do.
    for (const connection of this.core.connections) await connection.closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain({ graceMs: 1_000 })
  }

  static {
    showAs(NodeServer, 'Server', ({ core }) => ({ connections: core.connections.size }))
  }

  #stop(): Promise<void> {
    return (this.#stopped ??= this.#listener?.stop() ?? Promise.resolve())
  }

  #detach(): void {
    for (const detach of this.#detachments.splice(0)) detach()
  }
}
