import * as http from 'node:http'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { OptionError } from '../../core/errors.ts'
import type { NoSubprotocol } from '../../core/handshake/subprotocol.ts'
import type { Subprotocols } from '../../core/subprotocols/codec.ts'
import { createRuntime } from '../../connection/runtime.ts'
import { process } from './process.ts'
import { checkSocketPath, unixUrlOf } from './unix-url.ts'
import { showAs } from '../../connection/inspect.ts'
import { cannotCombine, checkFunction, checkInteger, checkOneOf } from '../../connection/option-checks.ts'
import { readServerSettings } from '../../server/settings.ts'
import type { AnyServerOptions } from '../../server/settings.ts'
import { ServerCore } from '../../server/server-core.ts'
import type { AttachableServer } from './attach.ts'
import { BunSocketListener, bunSocketsFor } from '../bun/listener.ts'
import { nodeClock } from './clock.ts'
import type { Http2Options } from '../../server/http2/options.ts'
import type { NodeServerOptions } from './incoming.ts'
import { SocketListener } from './listener.ts'
import { reportToStderr } from './error-report.ts'
import { nodePlatform } from './platform.ts'
import { guardRequestListener } from './request-listener.ts'
import { NodeServer } from './server.ts'
import type { ListeningServer, Server } from './server.ts'

/** Options of `serve`: those of every server, and the address to listen on. */
export interface ServeOptions<
  S extends Subprotocols = readonly [],
  Context = undefined,
  N extends NoSubprotocol = 'accept',
  Path extends string = string,
  Handler = never,
> extends NodeServerOptions<S, Context, N, Path, Handler> {
  /** The port; 0 chooses a free one. Default 0. */
  readonly port?: number
  /** The address or name to listen on. Default `127.0.0.1`, which only this machine can reach. */
  readonly host?: string
  /** Path of a Unix domain socket, or a Windows pipe, instead of port and host. */
  readonly socketPath?: string
  /**
   * Connections that the system completes before the server accepts them, 1 to 65 535; the system may lower it (Linux: `net.core.somaxconn`).
   * Default 511, as in node:net. On Bun, a server with this option keeps to Bun's node:net (docs/runtimes.md).
   */
  readonly backlog?: number
  /**
   * Lets several processes or threads listen on one port; the system distributes connections over them (`SO_REUSEPORT`). Node 22.12 and later, not on
   * macOS and Windows, where listening fails. Default false.
   */
  readonly reusePort?: boolean
  /** Serves `wss:`, with these options of `tls.createServer`. */
  readonly tls?: tls.TlsOptions
  /**
   * Load balancers whose connections begin with a header of the PROXY protocol, version 1 or 2: addresses, ranges such as `10.0.0.0/8`, and `unix`
   * for peers of a Unix domain socket. The header gives the addresses of the connection (`transport`, `remoteAddress`, the `socket` of an ordinary
   * request). A connection from there without it is refused; others must not have it. Default: none.
   */
  readonly proxyProtocol?: readonly string[]
  /**
   * HTTP/2 on the same port: by ALPN with `tls`, with prior knowledge without; false turns it off, an object sets its limits. Default true;
   * on Bun without `tls`, `request` and the like, it has to be given (docs/runtimes.md).
   */
  readonly http2?: boolean | Http2Options
  /**
   * Answers ordinary requests. Without it they get 426. Over HTTP/2 it gets the objects of node:http2's compatibility API; set `http2` to false
   * for a listener that only works with those of node:http, such as Express.
   */
  readonly request?: http.RequestListener
}

const listenNames: readonly (keyof ServeOptions)[] = [
  'port',
  'host',
  'socketPath',
  'backlog',
  'reusePort',
  'tls',
  'proxyProtocol',
  'http2',
  'request',
]

/**
 * Starts a server. Resolves when it listens.
 * @example
 * ```ts
 * const server = await serve({ port: 8080, message: (socket, data) => socket.send(data) })
 * ```
 * @param options the handlers, the `upgrade` hook, the limits, and the address to listen on. Default: `127.0.0.1` and a free port
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError that names the option that is wrong
 * @throws Error of the runtime if the server cannot listen; its `code` is that of the system, such as `EADDRINUSE`
 */
export async function serve<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(options: ServeOptions<S, Context, N, Path, Handler>): Promise<ListeningServer<S, Context, N>> {
  const given = options as ServeOptions<any, any, any, any, any>
  const core = createCore(given, listenNames)
  checkInteger('port', given.port, 0, 65_535)
  checkInteger('backlog', given.backlog, 1, 65_535)
  for (const name of ['host', 'socketPath'] as const) {
    if (given[name] !== undefined && (typeof given[name] !== 'string' || given[name] === '')) throw new OptionError(name, 'a string', given[name])
  }
  if (given.socketPath !== undefined && (given.port !== undefined || given.host !== undefined)) {
    throw cannotCombine('socketPath', 'port or host', given.socketPath)
  }
  checkSocketPath(given.socketPath)
  checkReusePort(given)
  checkFunction('request', given.request)
  if (given.tls !== undefined && (typeof given.tls !== 'object' || given.tls === null)) {
    throw new OptionError('tls', 'an object, as tls.createServer takes it', given.tls)
  }
  const { request } = given
  const listener = createListener(core, given, request)
  await listener.listen()
  return new ServingServer(core, listener) as unknown as ListeningServer<S, Context, N>
}

/**
 * Makes a server that handles the opening handshakes of an existing HTTP server; see {@link Server.attach}.
 * @example
 * ```ts
 * const app = express()
 * const http = app.listen(8080)
 * const server = attach(http, { paths: ['/chat'], message: (socket, data) => socket.send(data) })
 * ```
 * @param server a server of node:http, node:https or node:http2; the HTTP server of Express, Fastify, Hono or Koa is one
 * @param options the handlers, the `upgrade` hook and the limits
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError that names the option that is wrong
 */
export function attach<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(server: AttachableServer, options: NodeServerOptions<S, Context, N, Path, Handler>): Server<S, Context, N> {
  const attached = createServer(options as AnyServerOptions)
  attached.attach(server)
  return attached as unknown as Server<S, Context, N>
}

/**
 * Makes a server without a listener, for an application that listens for `upgrade` itself and calls {@link Server.handleUpgrade}, or calls
 * {@link Server.attach} later.
 * @param options the handlers, the `upgrade` hook and the limits
 * @typeParam S the declared subprotocols, from `options.subprotocols`
 * @typeParam Context the context that `options.upgrade` gives to each connection
 * @typeParam N the value of `options.noSubprotocol`
 * @typeParam Path the paths and patterns in `options.paths`
 * @typeParam Handler for inference only
 * @throws OptionError that names the option that is wrong
 */
export function createServer<
  const S extends Subprotocols = readonly [],
  Context = undefined,
  const N extends NoSubprotocol = 'accept',
  const Path extends string = string,
  // oxlint-disable-next-line typescript/no-unsafe-function-type: no call signature, see MessageHandler
  Handler extends Function = never,
>(options: NodeServerOptions<S, Context, N, Path, Handler> = {}): Server<S, Context, N> {
  return new NodeServer(createCore(options as AnyServerOptions)) as unknown as Server<S, Context, N>
}

function createListener(core: ServerCore, given: ServeOptions<any, any, any, any, any>, request: http.RequestListener | undefined): Listener {
  const bun = bunSocketsFor(given)
  if (bun !== undefined) return new BunSocketListener(core, bun, given)
  const guarded = request === undefined ? {} : { request: guardRequestListener(request, (error) => core.report(error, 'request')) }
  return new SocketListener(core, { ...given, ...guarded })
}

function checkReusePort({ reusePort, socketPath }: ServeOptions): void {
  checkOneOf('reusePort', reusePort, [true, false])
  if (reusePort !== true) return
  if (socketPath !== undefined) throw cannotCombine('reusePort', 'socketPath', reusePort)
  // Older versions ignore the option, and the second process would fail to listen.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 12))
    throw new OptionError('reusePort', `Node 22.12 or later (this is ${process.versions.node})`, reusePort)
}

function createCore(options: AnyServerOptions, more: readonly string[] = []): ServerCore {
  return new ServerCore(readServerSettings(options, more), createRuntime(nodePlatform, nodeClock), reportToStderr('server'))
}

/** A listening socket, of node:net or of the runtime's own. */
type Listener = SocketListener | BunSocketListener

class ServingServer extends NodeServer {
  readonly #bound: Listener

  constructor(core: ServerCore, listener: Listener) {
    super(core)
    this.#bound = listener
    this.listenThrough(listener)
  }

  get address(): net.AddressInfo | string {
    return this.#bound.address
  }

  get port(): number {
    return typeof this.address === 'string' ? 0 : this.address.port
  }

  get url(): string {
    const { address, secure } = this.#bound
    if (typeof address === 'string') return unixUrlOf(address, secure)
    return `${secure ? 'wss' : 'ws'}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}/`
  }

  setSecureContext(options: tls.SecureContextOptions): void {
    this.#bound.setSecureContext(options)
  }

  ref(): void {
    this.#bound.ref()
  }

  unref(): void {
    this.#bound.unref()
  }

  static {
    showAs(ServingServer, 'Server', ({ url, core }) => ({ url, connections: core.connections.size }))
  }
}
