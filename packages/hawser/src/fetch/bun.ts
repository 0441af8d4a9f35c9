import { OptionError } from '../core/errors.ts'
import { createHostPolicy } from '../core/handshake/index.ts'
import type { HostPolicy } from '../core/handshake/hosts.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { checkFunction } from '../connection/option-checks.ts'
import { bunCapabilities } from './capabilities.ts'
import { FetchConnection } from './fetch-connection.ts'
import { FetchCore } from './fetch-core.ts'
import type { FetchRequest } from './opening.ts'
import type { FetchServer, FetchServerOptions } from './options.ts'
import type { PlatformSocket } from './platform-socket.ts'
import { PlatformServer } from './server.ts'
import type { OptionsWithRequest } from './server.ts'

/** The part of Bun's `ServerWebSocket` that is used. */
export interface BunSocket {
  /** The `data` of `upgrade`. */
  data: unknown
  /** Sends one message. */
  send(data: string | Uint8Array<any>, compress?: boolean): number
  /** Sends a Close frame. */
  close(code?: number, reason?: string): void
  /** Drops the connection. */
  terminate(): void
  /** Sends a Ping. */
  ping(data?: any): number
  /** Sends a Pong. */
  pong(data?: any): number
  /** Bytes that wait for the peer. */
  getBufferedAmount(): number
  /** Stops reading; of newer versions of Bun. */
  pause?(): void
  /** Reads on; of newer versions of Bun. */
  resume?(): void
}

/** The part of Bun's `Server` that is used. */
export interface BunHost {
  /** Switches protocols; false where the client is gone. */
  upgrade(request: any, options?: { headers?: any; data?: any }): boolean
  /** The peer's address. */
  requestIP(request: any): { readonly address: string; readonly port: number } | null
  /** The name that the server listens on. */
  readonly hostname?: string | undefined
}

/** The handlers for `Bun.serve({ websocket })`. Bun's own options can be added: `{ ...server.websocket, perMessageDeflate: true, idleTimeout: 60 }`. */
export interface BunWebSocketHandlers {
  /** `limits.message`: Bun closes a connection with 1009 as soon as a message is longer. */
  readonly maxPayloadLength: number
  /** Without effect: the limit is `limits.sendBuffer`. With a lower one a connection on which Bun drops a message is dropped. */
  readonly backpressureLimit: number
  /** Called by Bun. */
  open(socket: BunSocket): void
  /** Called by Bun. */
  message(socket: BunSocket, message: string | Uint8Array): void
  /** Called by Bun. */
  drain(socket: BunSocket): void
  /** Called by Bun. */
  pong(socket: BunSocket, payload: Uint8Array): void
  /** Called by Bun. */
  close(socket: BunSocket, code: number, reason: string): void
}

/** Options of `bunServer`. */
export interface BunServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
> extends FetchServerOptions<S, Context, N, Path, Handler, Request> {
  /** Answers ordinary requests. Without it they get 426. */
  readonly request?: (request: Request, server: any) => Response | Promise<Response>
}

/** A server for `Bun.serve`. */
export interface BunServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> extends FetchServer<S, Context, N> {
  /**
   * For `Bun.serve({ fetch })`, or called by a `fetch` of the application. Undefined after an acceptance, as Bun wants it.
   * @throws OptionError without Bun's server
   */
  readonly fetch: (request: Request, server: BunHost) => Response | undefined | Promise<Response | undefined>
  /** For `Bun.serve({ websocket })`. */
  readonly websocket: BunWebSocketHandlers
}

/**
 * Makes a server over the sockets of `Bun.serve`.
 * @example
 * ```ts
 * const chat = bunServer({ message: (socket, data) => socket.send(data) })
 * Bun.serve({ port: 8080, fetch: chat.fetch, websocket: chat.websocket })
 * ```
 * @param options the handlers, the `upgrade` hook and the limits
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError that names the option that is wrong, or that Bun cannot honour
 */
export function bunServer<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(options: BunServerOptions<S, Context, N, Path, Handler> = {}): BunServer<S, Context, N> {
  return new ServerOnBun(options as OptionsWithRequest) as unknown as BunServer<S, Context, N>
}

/** No limit of Bun's own: a message above it would be dropped without a trace. */
const noLimit = 0x7fff_ffff

class ServerOnBun extends PlatformServer implements BunServer {
  readonly fetch: BunServer['fetch']
  readonly websocket: BunWebSocketHandlers

  constructor(options: OptionsWithRequest) {
    const core = new FetchCore(options, bunCapabilities, ['request'])
    checkFunction('request', options.request)
    super(core)
    const hosts = new WeakMap<BunHost, HostPolicy>()
    const hostsOf = (server: BunHost): HostPolicy => {
      let policy = hosts.get(server)
      if (policy === undefined) hosts.set(server, (policy = createHostPolicy(core.settings.hosts, addressOf(server), server.hostname)))
      return policy
    }
    this.fetch = (request, server) => {
      if (typeof (server as Partial<BunHost> | undefined)?.upgrade !== 'function') {
        throw new OptionError(
          'fetch',
          "Bun's server",
          server,
          'fetch of bunServer needs the server of Bun: fetch: (request, server) => chat.fetch(request, server)',
        )
      }
      const peer = server.requestIP(request)
      return core.handleRequest({
        request: request as FetchRequest,
        hosts: hostsOf(server),
        incoming: request,
        signal: request.signal,
        remoteAddress: peer?.address,
        remotePort: peer?.port,
        ordinary: options.request === undefined ? undefined : () => options.request?.(request, server),
        upgrade: ({ subprotocol, fields }, events) => {
          // Without this field Bun would select the first subprotocol that the client offers; an empty one is not sent.
          const headers = [...fields, ['Sec-WebSocket-Protocol', subprotocol ?? '']]
          return server.upgrade(request, { headers, data: events }) ? undefined : false
        },
      })
    }
    this.websocket = {
      maxPayloadLength: core.settings.socket.limits.message,
      backpressureLimit: noLimit,
      open: (socket) => connectionOf(socket)?.platformOpened(new SocketOfBun(socket)),
      message: (socket, message) => connectionOf(socket)?.platformMessage(typeof message === 'string' ? message : plainBytes(message)),
      drain: (socket) => connectionOf(socket)?.platformDrained(),
      pong: (socket, payload) => connectionOf(socket)?.platformPong(plainBytes(payload)),
      close: (socket, code, reason) => connectionOf(socket)?.platformClosed(code, reason),
    }
  }
}

/** A socket of another `upgrade` of the application has other data. */
function connectionOf({ data }: BunSocket): FetchConnection | undefined {
  return data instanceof FetchConnection ? data : undefined
}

/** Messages are plain `Uint8Array`, never `Buffer`. */
function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Of newer versions of Bun. */
function addressOf(server: BunHost): string | undefined {
  const { address } = server as { address?: { address?: unknown } | null }
  return typeof address?.address === 'string' ? address.address : server.hostname
}

class SocketOfBun implements PlatformSocket {
  readonly reportsDrain = true
  readonly #socket: BunSocket
  #isReading = true

  constructor(socket: BunSocket) {
    this.#socket = socket
  }

  get bufferedAmount(): number {
    return this.#socket.getBufferedAmount()
  }

  send(data: string | Uint8Array, compress: boolean | undefined): void {
    // 0: Bun has dropped the message, because the socket is closed or the application gave Bun a `backpressureLimit`; or the message is empty.
    if (this.#socket.send(data, compress) === 0 && data.length > 0)
      throw new Error('Bun dropped a message: the socket is closed, or its backpressureLimit is exceeded')
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  ping(payload: Uint8Array): void {
    this.#socket.ping(payload)
  }

  pong(payload: Uint8Array): void {
    this.#socket.pong(payload)
  }

  setReading(reading: boolean): void {
    if (reading === this.#isReading) return
    this.#isReading = reading
    if (reading) this.#socket.resume?.()
    else this.#socket.pause?.()
  }
}
