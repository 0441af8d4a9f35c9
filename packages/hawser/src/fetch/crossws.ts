import { ConnectionError } from '../core/errors.ts'
import { ABNORMAL_CLOSURE, INTERNAL_ERROR, NO_STATUS_RECEIVED } from '../core/protocol/close-code.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { checkFunction } from '../connection/option-checks.ts'
import { crosswsCapabilities } from './capabilities.ts'
import { FetchConnection } from './fetch-connection.ts'
import { FetchCore } from './fetch-core.ts'
import type { FetchServer, FetchServerOptions } from './options.ts'
import type { PlatformSocket } from './platform-socket.ts'
import { toHeaders } from './response.ts'
import { PlatformServer } from './server.ts'
import type { OptionsWithRequest } from './server.ts'
import { withAddress } from './workers.ts'

/** The part of a `Peer` of crossws that is used. */
export interface CrosswsPeer {
  /** Has the context that `upgrade` gave. */
  readonly context: any
  /** The socket of the platform. */
  readonly websocket?: any
  /** Sends one message. */
  send(data: any): unknown
  /** Sends a Close frame. */
  close(code?: number, reason?: string): void
}

/** The part of a `Message` of crossws that is used. */
export interface CrosswsMessage {
  /** A string for a text message. */
  readonly rawData: unknown
  /** The bytes of a binary one. */
  uint8Array(): Uint8Array
}

/** The hooks for crossws, and for frameworks that take them. */
export interface CrosswsHooks {
  /** Called by crossws. Refuses with a Response, or accepts with fields and the context of the peer. */
  upgrade(request: Request): Promise<Response | { headers?: Headers; context?: any }>
  /** Called by crossws. */
  open(peer: CrosswsPeer): void
  /** Called by crossws. */
  message(peer: CrosswsPeer, message: CrosswsMessage): void
  /** Called by crossws. */
  close(peer: CrosswsPeer, details?: { code?: number; reason?: string }): void
  /** Called by crossws. */
  error(peer: CrosswsPeer, error: unknown): void
}

/** Options of `crosswsServer`. */
export interface CrosswsServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
> extends FetchServerOptions<S, Context, N, Path, Handler, Request> {
  /** The client's address, for `remoteAddress`, `limits.connectionsPerAddress` and `trustProxy`. Default: unknown. */
  readonly remoteAddressOf?: (request: Request) => string | null | undefined
}

/** A server for crossws. */
export interface CrosswsServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> extends FetchServer<S, Context, N> {
  /** For `crossws({ hooks })`, `defineWebSocketHandler` of h3 and Nitro, and others that take hooks of crossws 0.4. */
  readonly hooks: CrosswsHooks
}

/**
 * Makes a server over the peers of crossws, which h3, Nitro and other frameworks use on every platform.
 * @example
 * ```ts
 * const chat = crosswsServer({ message: (socket, data) => socket.send(data) })
 * const ws = crossws({ hooks: chat.hooks })
 * ```
 * @param options the handlers, the `upgrade` hook and the limits
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError that names the option that is wrong, or that crossws cannot honour
 */
export function crosswsServer<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(options: CrosswsServerOptions<S, Context, N, Path, Handler> = {}): CrosswsServer<S, Context, N> {
  return new ServerOnCrossws(options as OptionsWithRequest) as unknown as CrosswsServer<S, Context, N>
}

/** Where a peer's context has its connection: crossws copies the context of the upgrade to the peer. */
const connectionKey: unique symbol = Symbol('hawser connection')

class ServerOnCrossws extends PlatformServer implements CrosswsServer {
  readonly hooks: CrosswsHooks

  constructor(options: OptionsWithRequest) {
    const { remoteAddressOf } = (options ?? {}) as CrosswsServerOptions
    checkFunction('remoteAddressOf', remoteAddressOf)
    const core = new FetchCore(options, withAddress(crosswsCapabilities, remoteAddressOf), ['remoteAddressOf'])
    super(core)
    this.hooks = {
      async upgrade(request) {
        let accepted: { headers: Headers; context: object } | undefined
        const answer = await core.handleRequest({
          request,
          incoming: request,
          signal: request.signal,
          remoteAddressOf: remoteAddressOf === undefined ? undefined : () => remoteAddressOf.call(options, request),
          upgrade: ({ subprotocol, fields }, events) => {
            const headers = toHeaders(subprotocol === undefined ? fields : [...fields, ['Sec-WebSocket-Protocol', subprotocol]])
            accepted = { headers, context: { [connectionKey]: events } }
            return undefined
          },
        })
        return answer ?? accepted ?? {}
      },
      open(peer) {
        const connection = connectionOf(peer)
        if (connection === undefined) return
        avoidBlobs(peer)
        connection.platformOpened(new SocketOfPeer(peer))
      },
      message(peer, message) {
        const connection = connectionOf(peer)
        if (connection === undefined) return
        const data = readMessage(message)
        if (data instanceof ConnectionError) connection.fail(data)
        else connection.platformMessage(data)
      },
      close(peer, { code, reason = '' } = {}) {
        const connection = connectionOf(peer)
        // An adapter that does not tell the code tells of an error first where no Close frame came.
        const unknown = connection?.hasPlatformFailed === true ? ABNORMAL_CLOSURE : NO_STATUS_RECEIVED
        connection?.platformClosed(code === 0 ? ABNORMAL_CLOSURE : (code ?? unknown), reason)
      },
      error(peer, error) {
        connectionOf(peer)?.platformFailed(error)
      },
    }
  }
}

function connectionOf({ context }: CrosswsPeer): FetchConnection | undefined {
  const connection: unknown = context?.[connectionKey]
  return connection instanceof FetchConnection ? connection : undefined
}

/** The content of a Blob is not there at once, and crossws throws for one. */
function avoidBlobs({ websocket }: CrosswsPeer): void {
  if (websocket?.binaryType === 'blob') websocket.binaryType = 'arraybuffer'
}

/** An error where crossws does not know the type that the platform delivered: thrown to the platform, it could end the process. */
function readMessage(message: CrosswsMessage): string | Uint8Array | ConnectionError {
  try {
    return typeof message.rawData === 'string' ? message.rawData : plainBytes(message.uint8Array())
  } catch (cause) {
    return new ConnectionError('crossws cannot read a message', { fault: 'application', closeCode: INTERNAL_ERROR, cause })
  }
}

/** Messages are plain `Uint8Array`, never `Buffer`. */
function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

class SocketOfPeer implements PlatformSocket {
  readonly bufferedAmount: undefined
  readonly reportsDrain = true
  readonly #peer: CrosswsPeer

  constructor(peer: CrosswsPeer) {
    this.#peer = peer
  }

  send(data: string | Uint8Array): void {
    this.#peer.send(data)
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason)
  }
}
