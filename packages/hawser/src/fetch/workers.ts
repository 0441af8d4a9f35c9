import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { OptionError } from '../core/errors.ts'
import { checkFunction } from '../connection/option-checks.ts'
import { workersCapabilities } from './capabilities.ts'
import type { FetchCapabilities } from './capabilities.ts'
import { FetchCore } from './fetch-core.ts'
import type { FetchServer, FetchServerOptions } from './options.ts'
import { toHeaders } from './response.ts'
import { PlatformServer } from './server.ts'
import type { OptionsWithRequest } from './server.ts'
import { listenTo } from './web-socket.ts'
import type { WebSocketLike } from './web-socket.ts'

/** `incoming` of the hook's argument on Workers. */
export interface WorkersIncoming<Env = any> {
  /** The request of the opening handshake. */
  readonly request: Request
  /** The bindings of the Worker. */
  readonly env: Env
  /** The third argument of the handler. */
  readonly context: any
}

/** Options of `workersServer`. */
export interface WorkersServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
  Env = any,
> extends FetchServerOptions<S, Context, N, Path, Handler, WorkersIncoming<Env>> {
  /** Answers ordinary requests. Without it they get 426. */
  readonly request?: (request: Request, env: Env, context: any) => Response | Promise<Response>
  /**
   * The client's address, for `remoteAddress`, `limits.connectionsPerAddress` and `trustProxy`; for example
   * `(request) => request.headers.get('cf-connecting-ip')` where Cloudflare writes that field. Default: unknown.
   */
  readonly remoteAddressOf?: (request: Request) => string | null | undefined
}

/** A server for Workers. */
export interface WorkersServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any, Env = any>
  extends FetchServer<S, Context, N> {
  /** The `fetch` handler of a Worker or of a Durable Object, or called by one. */
  readonly fetch: (request: Request, env?: Env, context?: any) => Response | Promise<Response>
}

/**
 * Makes a server over the sockets of Workers, with the `WebSocketPair` of Cloudflare's runtime. Connections of different requests cannot reach each other
 * on that platform, unless a Durable Object handles them.
 * @example
 * ```ts
 * const chat = workersServer({ message: (socket, data) => socket.send(data) })
 * export default { fetch: chat.fetch }
 * ```
 * @param options the handlers, the `upgrade` hook and the limits
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @typeParam Env the bindings of the Worker
 * @throws OptionError that names the option that is wrong, or that Workers cannot honour
 */
export function workersServer<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
  Env = any,
>(options: WorkersServerOptions<S, Context, N, Path, Handler, Env> = {}): WorkersServer<S, Context, N, Env> {
  return new ServerOnWorkers(options as OptionsWithRequest) as unknown as WorkersServer<S, Context, N, Env>
}

type WebSocketPair = new () => { readonly 0: WebSocketLike; readonly 1: WebSocketLike & { accept(): void } }

class ServerOnWorkers extends PlatformServer implements WorkersServer {
  readonly fetch: WorkersServer['fetch']

  constructor(options: OptionsWithRequest) {
    const { remoteAddressOf } = (options ?? {}) as WorkersServerOptions
    checkFunction('remoteAddressOf', remoteAddressOf)
    const core = new FetchCore(options, withAddress(workersCapabilities, remoteAddressOf), ['request', 'remoteAddressOf'], true)
    checkFunction('request', options.request)
    super(core)
    this.fetch = (request, env, context) =>
      core.handleRequest({
        request,
        incoming: { request, env, context },
        signal: request.signal,
        remoteAddressOf: remoteAddressOf === undefined ? undefined : () => remoteAddressOf.call(options, request),
        ordinary: options.request === undefined ? undefined : () => options.request?.(request, env, context),
        upgrade: ({ subprotocol, fields }, events) => {
          const pair = new (webSocketPair())()
          const headers = toHeaders(subprotocol === undefined ? fields : [...fields, ['Sec-WebSocket-Protocol', subprotocol]])
          const response = new Response(null, { status: 101, headers, webSocket: pair[0] } as ResponseInit)
          pair[1].accept()
          listenTo(pair[1], events, false)
          return response
        },
      }) as Response | Promise<Response>
  }
}

/** A server that is told how to find the client's address has that capability. */
export function withAddress(capabilities: FetchCapabilities, remoteAddressOf: unknown): FetchCapabilities {
  return remoteAddressOf === undefined ? capabilities : Object.freeze({ ...capabilities, remoteAddress: true })
}

function webSocketPair(): WebSocketPair {
  const { WebSocketPair } = globalThis as { WebSocketPair?: WebSocketPair }
  if (WebSocketPair === undefined) throw new OptionError('workersServer', 'Workers', undefined, 'workersServer needs the WebSocketPair of Workers')
  return WebSocketPair
}
