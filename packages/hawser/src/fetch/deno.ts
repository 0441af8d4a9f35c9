import { OptionError } from '../core/errors.ts'
import type { NoSubprotocol } from '../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../core/subprotocols/codec.ts'
import { checkFunction, checkInteger } from '../connection/option-checks.ts'
import { denoCapabilities } from './capabilities.ts'
import { FetchCore } from './fetch-core.ts'
import type { FetchServer, FetchServerOptions } from './options.ts'
import { PlatformServer } from './server.ts'
import type { OptionsWithRequest } from './server.ts'
import { listenTo } from './web-socket.ts'
import type { WebSocketLike } from './web-socket.ts'

/** The second argument of a handler of `Deno.serve`, as far as it is used. */
export interface DenoConnectionInfo {
  /** The peer's address; of a Unix domain socket it has only a path. */
  readonly remoteAddr?: any
}

/** Options of `denoServer`. */
export interface DenoServerOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
> extends FetchServerOptions<S, Context, N, Path, Handler, Request> {
  /** Answers ordinary requests. Without it they get 426. */
  readonly request?: (request: Request, info: any) => Response | Promise<Response>
  /**
   * `idleTimeout` of `Deno.upgradeWebSocket`: seconds of silence after which Deno sends a Ping, and as many for the Pong; 0 turns it off, and the most is 2147483. Default: Deno's.
   */
  readonly idleTimeoutSeconds?: number
}

/** A server for `Deno.serve`. */
export interface DenoServer<S extends Subprotocols = any, Context = unknown, N extends NoSubprotocol = any> extends FetchServer<S, Context, N> {
  /** The handler for `Deno.serve`, or called by a handler of the application. */
  readonly fetch: (request: Request, info?: DenoConnectionInfo) => Response | Promise<Response>
}

/**
 * Makes a server over the sockets of `Deno.serve`.
 * @example
 * ```ts
 * const chat = denoServer({ message: (socket, data) => socket.send(data) })
 * Deno.serve({ port: 8080 }, chat.fetch)
 * ```
 * @param options the handlers, the `upgrade` hook and the limits
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError that names the option that is wrong, or that Deno cannot honour
 */
export function denoServer<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(options: DenoServerOptions<S, Context, N, Path, Handler> = {}): DenoServer<S, Context, N> {
  return new ServerOnDeno(options as OptionsWithRequest) as unknown as DenoServer<S, Context, N>
}

/** Beyond the milliseconds of a timer Deno's fires at once, and closes the connection. */
const maxIdleTimeoutSeconds = 2_147_483

interface DenoNamespace {
  upgradeWebSocket(request: object, options: object): { readonly socket: WebSocketLike; readonly response: Response }
}

class ServerOnDeno extends PlatformServer implements DenoServer {
  readonly fetch: DenoServer['fetch']

  constructor(options: OptionsWithRequest) {
    const core = new FetchCore(options, denoCapabilities, ['request', 'idleTimeoutSeconds'])
    checkFunction('request', options.request)
    const { idleTimeoutSeconds } = options as DenoServerOptions
    checkInteger('idleTimeoutSeconds', idleTimeoutSeconds, 0, maxIdleTimeoutSeconds)
    super(core)
    this.fetch = (request, info) =>
      core.handleRequest({
        request,
        incoming: request,
        // Not `request.signal`: Deno aborts it after every acceptance, and warns about that, but not when the client goes away.
        remoteAddress: info?.remoteAddr?.hostname,
        remotePort: info?.remoteAddr?.port,
        ordinary: options.request === undefined ? undefined : () => options.request?.(request, info),
        upgrade: ({ subprotocol, fields }, events) => {
          const { socket, response } = denoNamespace().upgradeWebSocket(withSpacedSubprotocols(request), {
            ...(subprotocol === undefined ? {} : { protocol: subprotocol }),
            ...(idleTimeoutSeconds === undefined ? {} : { idleTimeout: idleTimeoutSeconds }),
          })
          for (const [name, value] of fields) response.headers.append(name, value)
          listenTo(socket, events, true)
          return response
        },
      }) as Response | Promise<Response>
  }
}

function denoNamespace(): DenoNamespace {
  const { Deno } = globalThis as { Deno?: DenoNamespace }
  if (Deno === undefined) throw new OptionError('denoServer', 'Deno', undefined, 'denoServer runs on Deno only')
  return Deno
}

/**
 * Deno 2.9 splits Sec-WebSocket-Protocol at comma and space, although the space is optional (RFC 9110 section 5.6.1), and refuses to select a name that it
 * did not find. Its headers are immutable, so it gets an object that inherits from the request.
 */
function withSpacedSubprotocols(request: Request): Request {
  const offered = request.headers.get('sec-websocket-protocol')
  const spaced = offered?.split(/[ \t]*,[ \t]*/).join(', ')
  if (spaced === undefined || spaced === offered) return request
  const headers = new Headers(request.headers)
  headers.set('sec-websocket-protocol', spaced)
  return Object.create(request, { headers: { value: headers } }) as Request
}
