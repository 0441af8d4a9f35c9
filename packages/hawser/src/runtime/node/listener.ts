import * as http from 'node:http'
import * as net from 'node:net'
import { clearInterval, setInterval } from 'node:timers'
import * as tls from 'node:tls'
import { Members } from '../../connection/members.ts'
import { RequestLoop } from '../../server/http1/request-loop.ts'
import type { RequestLoopOwner } from '../../server/http1/request-loop.ts'
import { OptionError, WITHHELD } from '../../core/errors.ts'
import { createHostPolicy } from '../../core/handshake/index.ts'
import type { HostPolicy } from '../../core/handshake/index.ts'
import { readHttp2Settings } from '../../server/http2/options.ts'
import type { Http2Options } from '../../server/http2/options.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { createTrust } from '../../server/trusted-addresses.ts'
import { handleInternalUpgrade } from './attach.ts'
import type { Attachment } from './attachment.ts'
import { Http2Listener } from './http2-listener.ts'
import { giveToHttpServer, mayEmitUpgrade, readNodeUpgrade } from './node-upgrade.ts'
import { inheritAddresses, ProxiedSocket } from './proxied-socket.ts'
import type { ResponseWaits } from './response-wait.ts'
import { SocketTransport } from './socket-transport.ts'
import { TlsHandshakes } from './tls-handshakes.ts'
import { checkServerTls } from './tls-options.ts'

export interface ListenOptions {
  readonly port?: number
  readonly host?: string
  readonly socketPath?: string
  readonly backlog?: number
  readonly reusePort?: boolean
  readonly tls?: tls.TlsOptions
  readonly proxyProtocol?: readonly string[]
  readonly request?: http.RequestListener
  readonly http2?: boolean | Http2Options
}

/** During a drain, and once no WebSocket is left: how soon an ordinary connection ends after its last answer. */
const idleSweepMs = 50

/** The listening socket of a server. It reads opening handshakes from its connections and gives ordinary requests to a node:http server. */
export class SocketListener {
  readonly secure: boolean
  address: net.AddressInfo | string = ''
  readonly #options: ListenOptions
  readonly #server: net.Server
  #tls: tls.Server | undefined
  /** Whether the connections of an address begin with a PROXY header; undefined if none do. */
  readonly #proxies: ((address: string | undefined) => boolean) | undefined
  readonly #http: http.Server | undefined
  readonly #http2: Http2Listener | undefined
  readonly #core: ServerCore
  readonly #host: RequestLoopOwner<SocketTransport>
  readonly #handshakes = new TlsHandshakes()
  readonly #waits: ResponseWaits = new Set()
  /** Allows every name until the address is known; no request arrives before. */
  #hosts: HostPolicy

  constructor(core: ServerCore, options: ListenOptions) {
    this.#core = core
    this.#options = options
    this.secure = options.tls !== undefined
    this.#http = options.request === undefined ? undefined : createInternalServer(core, options.request)
    this.#hosts = createHostPolicy(core.settings.hosts, undefined)
    const hosts = (): HostPolicy => this.#hosts
    const internal = this.#http
    const http2 = readHttp2Settings(options.http2)
    const loops: RequestLoopOwner<SocketTransport>['loops'] = new Members()
    this.#http2 = http2 === undefined ? undefined : new Http2Listener(core, http2, options.request, hosts, loops)
    this.#host = {
      core,
      secure: this.secure,
      get hosts() {
        return hosts()
      },
      ordinary: internal === undefined ? undefined : (transport, bytes) => giveToHttpServer(internal, transport.detach(), bytes, undefined),
      preface: this.#http2 === undefined || this.secure ? undefined : (transport, bytes) => this.#takePreface(transport, bytes),
      loops,
    }
    internal?.on('upgrade', (request, socket, head) => {
      const attachment: Attachment = { core, paths: core.settings.paths, hosts: this.#hosts }
      handleInternalUpgrade(attachment, internal, readNodeUpgrade(request, socket, head), this.#waits)
    })
    this.#proxies = options.proxyProtocol === undefined ? undefined : createTrust(options.proxyProtocol, 'proxyProtocol')
    this.#server = this.#createServer(core.settings.handshake.handshakeMs)
  }

  #createServer(handshakeTimeout: number): net.Server {
    const { clock } = this.#core.runtime
    const isNew = this.#options.tls === undefined && this.#proxies === undefined
    const accept = (socket: net.Socket, since: number): void => void new RequestLoop(this.#host, new SocketTransport(socket, isNew), since)
    if (this.#options.tls === undefined) {
      return net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#arrived(socket, accept))
    }
    // Not allowHalfOpen: the socket of a client that leaves during the TLS handshake would stay open. SocketTransport sets it afterwards.
    const http2 = this.#http2
    const acceptSecure = (socket: tls.TLSSocket): void => {
      const since = this.#handshakes.finished(socket) ?? clock.now()
      if (this.#proxies !== undefined && !inheritAddresses(socket)) {
        socket.destroy()
        return
      }
      if (http2 !== undefined && socket.alpnProtocol === 'h2') http2.take(socket, since)
      else accept(socket, since)
    }
    const ALPNProtocols = http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1']
    const server = createTlsServer({ ALPNProtocols, handshakeTimeout, ...this.#options.tls, allowHalfOpen: false } as tls.TlsOptions, acceptSecure)
    // A failed TLS handshake ends its own socket and needs no report.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    this.#tls = server
    const shake = (socket: net.Socket, since: number): void => this.#handshakes.started(socket, since)
    if (this.#proxies === undefined) return server.on('connection', (socket: net.Socket) => this.#arrived(socket, shake))
    // The TLS server reads from the socket at once, so it gets the socket after the PROXY header.
    return net.createServer({ allowHalfOpen: false, noDelay: true }, (socket) =>
      this.#arrived(socket, (ready, since) => {
        shake(ready, since)
        server.emit('connection', ready)
      }),
    )
  }

  /** @param next takes the socket, after the PROXY header where there has to be one */
  #arrived(socket: net.Socket, next: (socket: net.Socket, since: number) => void): void {
    this.#makeRoom()
    const since = this.#core.runtime.clock.now()
    if (this.#proxies === undefined || !this.#proxies(socket.remoteAddress)) next(socket, since)
    else new ProxiedSocket({ core: this.#core, loops: this.#host.loops, secure: this.secure }, socket, since, () => next(socket, since))
  }

  /**
   * Refuses connections without a request until another one fits. Refusing the new one instead would let idle connections keep every client out.
   * The choice is random, so a client that sends its request at once is hit as rarely as there are others.
   */
  #makeRoom(): void {
    const core = this.#core
    const { loops } = this.#host
    while (core.isCrowded(loops.size + this.#handshakes.size)) {
      if (this.#handshakes.size > loops.size) this.#handshakes.makeRoom()
      else loops.at(core.runtime.platform.random.uint32() % loops.size)?.makeRoom()
    }
  }

  #takePreface(transport: SocketTransport, bytes: Uint8Array): void {
    const socket = transport.detach()
    socket.unshift(bytes)
    this.#http2?.take(socket, this.#core.runtime.clock.now())
  }

  async listen(): Promise<void> {
    const { port, host, socketPath, backlog, reusePort } = this.#options
    const queue = backlog === undefined ? {} : { backlog }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      const listening = (): void => {
        this.#server.off('error', reject)
        resolve()
      }
      if (socketPath === undefined)
        this.#server.listen({ port: port ?? 0, host: host ?? '127.0.0.1', ...queue, ...(reusePort === true ? { reusePort } : {}) }, listening)
      else this.#server.listen({ path: socketPath, ...queue }, listening)
    })
    // accept(2) fails when the process is out of descriptors: the port stays open, and the next connection may succeed.
    this.#server.on('error', () => undefined)
    this.address = this.#server.address() as net.AddressInfo | string
    this.#hosts = createHostPolicy(this.#core.settings.hosts, typeof this.address === 'string' ? undefined : this.address.address, host)
  }

  /** Stops listening and ends the connections that wait for a request. Resolves when every connection of the port has ended. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#handshakes.abort()
    for (const loop of this.#host.loops) loop.stop()
    this.#http2?.stop()
    const http = this.#http
    if (http === undefined) return closed
    http.close()
    http.closeIdleConnections()
    // node:http keeps a connection after the answer that it was waiting for.
    const sweep = setInterval(() => {
      if (this.#core.connections.size === 0) http.closeIdleConnections()
    }, idleSweepMs)
    await closed
    clearInterval(sweep)
  }

  /** @throws OptionError */
  setSecureContext(options: tls.SecureContextOptions): void {
    if (this.#tls === undefined) throw new OptionError('setSecureContext', 'a server with `tls`', undefined)
    if (typeof options !== 'object' || options === null) throw new OptionError('options', 'an object, as tls.createSecureContext takes it', options)
    checkServerTls('', options)
    this.#tls.setSecureContext(options)
  }

  ref(): void {
    this.#server.ref()
  }

  unref(): void {
    this.#server.unref()
  }

  /** Drops ordinary requests that are still being answered. */
  drop(): void {
    for (const wait of this.#waits) wait.drop()
    this.#http?.closeAllConnections()
    this.#http2?.drop()
  }
}

/** @throws OptionError */
function createTlsServer(options: tls.TlsOptions, accept: (socket: tls.TLSSocket) => void): tls.Server {
  checkServerTls('tls.', options)
  try {
    return tls.createServer(options, accept)
  } catch (error) {
    const expected = 'an object, as tls.createServer takes it'
    throw new OptionError('tls', expected, WITHHELD, `option tls: expected ${expected} (${(error as Error).message})`, error)
  }
}

function createInternalServer(core: ServerCore, request: http.RequestListener): http.Server {
  const { handshakeMs, requestMs, fieldSection, startLine } = core.settings.handshake
  const options: http.ServerOptions & { shouldUpgradeCallback: (message: http.IncomingMessage) => boolean } = {
    // Newer versions of Node call shouldUpgradeCallback; older ones always emit `upgrade`, and handleInternalUpgrade ignores other protocols.
    shouldUpgradeCallback: mayEmitUpgrade,
    maxHeaderSize: fieldSection + startLine,
    headersTimeout: Math.min(handshakeMs, requestMs),
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(handshakeMs, requestMs, 30_000),
  }
  const server = http.createServer(options, request)
  // It never listens; node:http starts to check the deadlines of its connections at this event.
  server.emit('listening')
  return server
}
