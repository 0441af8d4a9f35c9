import * as http from 'node:http'
import * as net from 'node:net'
import * as tls from 'node:tls'
import type { ServerCore } from '../../server/server-core.ts'
import { giveToHttpServer, handleInternalUpgrade } from './attach.ts'
import { Http2Listener } from './http2-listener.ts'
import { resolveHttp2 } from './http2-options.ts'
import type { Http2Options } from './http2-options.ts'
import { RequestReader } from './request-reader.ts'
import type { RequestReaderHost } from './request-reader.ts'
import type { Listener } from './server.ts'
import { SocketTransport } from './socket-transport.ts'

export interface ListenOptions {
  readonly port?: number
  readonly host?: string
  readonly socketPath?: string
  readonly reusePort?: boolean
  readonly tls?: tls.TlsOptions
  readonly request?: http.RequestListener
  readonly http2?: boolean | Http2Options
}

/** The port of a server that listens by itself. It reads opening handshakes from the socket, and gives ordinary requests to a `node:http` server. */
export class SocketListener implements Listener {
  readonly secure: boolean
  address: net.AddressInfo | string = ''
  readonly #options: ListenOptions
  readonly #server: net.Server
  readonly #http: http.Server | undefined
  readonly #http2: Http2Listener | undefined
  readonly #host: RequestReaderHost

  constructor(core: ServerCore, options: ListenOptions) {
    this.#options = options
    this.secure = options.tls !== undefined
    this.#http = options.request === undefined ? undefined : createInternalServer(core, options.request)
    const internal = this.#http
    const http2 = resolveHttp2(options.http2)
    this.#http2 = http2 === undefined ? undefined : new Http2Listener(core, http2, options.request)
    this.#host = {
      core,
      ordinary: internal === undefined ? undefined : (socket, head) => giveToHttpServer(internal, socket, head, undefined),
      preface: this.#http2 === undefined || this.secure ? undefined : (socket) => this.#http2?.take(socket),
      readers: new Set(),
    }
    this.#server = this.#createServer(core.policy.handshake.handshakeMs)
  }

  #createServer(handshakeTimeout: number): net.Server {
    const accept = (socket: net.Socket): void => void new RequestReader(this.#host, new SocketTransport(socket))
    if (this.#options.tls === undefined) return net.createServer({ allowHalfOpen: true, noDelay: true }, accept)
    // Not allowHalfOpen: the socket of a client that leaves during the TLS handshake would stay open. SocketTransport sets it afterwards.
    const http2 = this.#http2
    const acceptSecure = (socket: tls.TLSSocket): void => {
      if (http2 !== undefined && socket.alpnProtocol === 'h2') http2.take(socket)
      else accept(socket)
    }
    const ALPNProtocols = http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1']
    const server = tls.createServer({ ALPNProtocols, handshakeTimeout, ...this.#options.tls, allowHalfOpen: false } as tls.TlsOptions, acceptSecure)
    // A failed TLS handshake ends its own socket; nobody else has to know.
    server.on('tlsClientError', (_error, socket) => socket.destroy())
    return server
  }

  async listen(): Promise<void> {
    const { port, host, socketPath, reusePort } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      const listening = (): void => {
        this.#server.off('error', reject)
        resolve()
      }
      if (socketPath === undefined)
        this.#server.listen({ port: port ?? 0, host: host ?? '127.0.0.1', ...(reusePort === true ? { reusePort } : {}) }, listening)
      else this.#server.listen({ path: socketPath }, listening)
    })
    // What accept(2) says when the process is out of descriptors: the port stays open, and the next connection may succeed.
    this.#server.on('error', () => undefined)
    this.address = this.#server.address() as net.AddressInfo | string
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const reader of this.#host.readers) reader.stop()
    this.#http2?.stop()
    if (this.#http !== undefined) {
      this.#http.close()
      this.#http.closeIdleConnections()
    }
    await closed
  }

  drop(): void {
    this.#http?.closeAllConnections()
    this.#http2?.drop()
  }
}

function createInternalServer(core: ServerCore, request: http.RequestListener): http.Server {
  const { handshakeMs, requestMs, fieldSection, startLine } = core.policy.handshake
  const server = http.createServer(
    {
      maxHeaderSize: fieldSection + startLine,
      headersTimeout: Math.min(handshakeMs, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(handshakeMs, requestMs, 30_000),
    },
    request,
  )
  server.on('upgrade', (message, socket, head) => handleInternalUpgrade(core, server, message, socket, head))
  // It never listens; without this event node:http does not look at the time that its connections take.
  server.emit('listening')
  return server
}
