import { Buffer } from 'node:buffer'
import { EventEmitter } from 'node:events'
import * as http from 'node:http'
import { Http2ServerRequest } from 'node:http2'
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { onConnectToWebSocket } from 'hawser'
import type { Extension } from 'hawser'
import { acceptKey } from 'hawser/handshake'
import type { ExtensionElement } from 'hawser/protocol'
import { extensionsFor, offersTo } from './deflate.ts'
import { refuse, respond } from './refusal.ts'
import { isHttp2, NO_SUBPROTOCOLS, readRequest } from './request.ts'
import type { UpgradeRequest } from './request.ts'
import { toAgreed } from './response.ts'
import { readServerOptions } from './server-options.ts'
import type { ServerOptions, ServerSettings, VerifyClientAsync, VerifyClientSync } from './server-options.ts'
import { sha1Base64 } from './sha1.ts'
import type { AgreedExtensions, WebSocket } from './websocket.ts'

/** Gets a WebSocket that is open, and its request. */
export type UpgradeCallback = (socket: any, request: any) => void

const RUNNING = 0
const CLOSING = 1
const CLOSED = 2

const takenKey: unique symbol = Symbol('has a WebSocket')

/** The class `WebSocketServer` of `ws` 8. */
export class WebSocketServer extends EventEmitter {
  /** Read anew for each opening handshake, so it may be changed. */
  options: ServerSettings
  /** Undefined with `clientTracking: false`. */
  clients: Set<WebSocket> | undefined
  _server: http.Server | null = null
  #state: number = RUNNING
  #closesWithLast = false
  #removeListeners: (() => void) | undefined

  /** @throws TypeError unless exactly one of `port`, `server` and `noServer` is given */
  constructor(options?: ServerOptions, callback?: () => void) {
    super()
    const settings = readServerOptions(options)
    if (settings.port !== null && settings.port !== undefined) {
      this._server = http.createServer(answerOrdinary)
      this._server.listen(settings.port as number, settings.host as string, settings.backlog as number, callback)
    } else if (settings.server) this._server = settings.server as http.Server
    if (settings.clientTracking) this.clients = new Set()
    this.options = settings
    if (this._server !== null) this.#listenTo(this._server)
  }

  /** @throws Error in `noServer` mode */
  address(): AddressInfo | string | null {
    if (this.options.noServer) throw new Error('The server is operating in "noServer" mode')
    return this._server?.address() ?? null
  }

  /** Takes no more connections; `close` follows when those that exist are closed (and with `port`, the listener too). It does not close them. */
  close(callback?: (error?: Error) => void): void {
    if (this.#state === CLOSED) {
      if (callback !== undefined) this.once('close', () => callback(new Error('The server is not running')))
      process.nextTick(() => this.#closed())
      return
    }
    if (callback !== undefined) this.once('close', callback)
    if (this.#state === CLOSING) return
    this.#state = CLOSING
    const server = this._server
    this.#removeListeners?.()
    this._server = null
    if (!this.options.noServer && !this.options.server) server!.close(() => this.#closed())
    else if (this.clients !== undefined && this.clients.size > 0) this.#closesWithLast = true
    else process.nextTick(() => this.#closed())
  }

  /** Whether a request is for this server: its path is that of `options.path`. */
  shouldHandle(request: UpgradeRequest): boolean {
    const { path } = this.options
    if (!path) return true
    const { url = '' } = request
    const query = url.indexOf('?')
    return (query === -1 ? url : url.slice(0, query)) === path
  }

  /**
   * Handles one Upgrade request (or Extended CONNECT), and calls `callback` if it opens a WebSocket.
   * @throws Error when the stream has a WebSocket already
   */
  handleUpgrade(request: UpgradeRequest, stream: Duplex, head: Uint8Array, callback: UpgradeCallback): void {
    stream.on('error', destroy)
    const { handshake, perMessageDeflate, verifyClient } = this.options
    const read = readRequest(request, handshake !== 'ws')
    if ('status' in read) {
      refuse(this, request, stream, read)
      return
    }
    if (!this.shouldHandle(request)) {
      respond(stream, 400, undefined)
      return
    }
    const { key, offers } = read
    const isOverridden = this.completeUpgrade !== WebSocketServer.prototype.completeUpgrade
    const subprotocols = isOverridden && read.subprotocols === NO_SUBPROTOCOLS ? new Set<string>() : read.subprotocols
    const extensions = extensionsFor('server', perMessageDeflate)
    const isPlain = offers.length === 0 || extensions.length === 0
    const negotiated = isPlain ? (isOverridden ? { ...NO_EXTENSIONS } : NO_EXTENSIONS) : negotiate(offers, extensions)
    if (!verifyClient) this.completeUpgrade(negotiated, key, subprotocols, request, stream, head, callback)
    else {
      const complete = this.completeUpgrade.bind(this, negotiated, key, subprotocols, request, stream, head, callback)
      verify(verifyClient, request, stream, read.version, complete)
    }
  }

  /** Writes the response and opens the WebSocket. A subclass may change its arguments. */
  completeUpgrade(
    extensions: NegotiatedExtensions,
    key: string | undefined,
    subprotocols: Set<string>,
    request: UpgradeRequest,
    stream: Duplex & { [takenKey]?: boolean },
    head: Uint8Array,
    callback: UpgradeCallback,
  ): void {
    // The client has ended its side already.
    if (!stream.readable || !stream.writable) {
      stream.destroy()
      return
    }
    if (stream[takenKey] === true) {
      throw new Error('server.handleUpgrade() was called more than once with the same socket, possibly due to a misconfiguration')
    }
    if (this.#state > RUNNING) {
      respond(stream, 503, undefined)
      return
    }
    const { options } = this
    const socket = new options.WebSocket(null, undefined, options as never)
    let response = isHttp2(request) ? 'HTTP/2 200' : `${UPGRADE}${acceptKey(key as string, sha1Base64)}`
    if (subprotocols.size > 0) {
      const subprotocol = options.handleProtocols ? options.handleProtocols(subprotocols, request) : subprotocols.values().next().value
      if (subprotocol) {
        response += `\r\nSec-WebSocket-Protocol: ${subprotocol}`
        socket._protocol = subprotocol
      }
    }
    if (extensions.field !== undefined) response += `\r\nSec-WebSocket-Extensions: ${extensions.field}`
    socket._extensions = extensions.agreed
    this.#respond(response, request, stream)
    stream.removeListener('error', destroy)
    stream[takenKey] = true
    socket.setSocket(stream, head, options)
    this.#track(socket)
    callback(socket, request)
  }

  /** The lines are an array for listeners alone: making and joining it costs 0.3 kB of garbage. A subclass may have an `emit` of its own. */
  #respond(response: string, request: UpgradeRequest, stream: Duplex): void {
    const isHttp2Stream = 'respond' in stream
    let text = response
    if (isHttp2Stream || this.listenerCount('headers') > 0 || this.emit !== EventEmitter.prototype.emit) {
      const lines = response.split('\r\n')
      this.emit('headers', lines, request)
      if (isHttp2Stream) {
        ;(stream as unknown as ServerHttp2Stream).respond({ ':status': 200, ...fieldsOf(lines) })
        return
      }
      text = lines.join('\r\n')
    }
    stream.write(`${text}\r\n\r\n`)
  }

  #listenTo(server: http.Server): void {
    const listening = (): boolean => this.emit('listening')
    const failed = (error: Error): boolean => this.emit('error', error)
    const connected: UpgradeCallback = (socket, request) => this.emit('connection', socket, request)
    const upgrade = (request: UpgradeRequest, stream: Duplex, head: Buffer): void => this.handleUpgrade(request, stream, head, connected)
    server.on('listening', listening)
    server.on('error', failed)
    server.on('upgrade', upgrade)
    const isHttp2Server = typeof (server as unknown as Partial<Http2Server>).updateSettings === 'function'
    const ignoreConnect = isHttp2Server
      ? onConnectToWebSocket(server as unknown as Http2Server, (...given) => upgrade(toRequest(...given), given[0], EMPTY))
      : undefined
    this.#removeListeners = () => {
      server.removeListener('listening', listening)
      server.removeListener('error', failed)
      server.removeListener('upgrade', upgrade)
      ignoreConnect?.()
    }
  }

  #track(socket: WebSocket): void {
    const { clients } = this
    if (clients === undefined) return
    clients.add(socket)
    socket._tracker = this
    socket.on('close', WebSocketServer.#untrack)
  }

  /** Shared by all WebSockets: a closure for each would be a tenth of a kilobyte of an idle connection. */
  static #untrack(this: WebSocket): void {
    const server = this._tracker as WebSocketServer
    const clients = server.clients as Set<WebSocket>
    clients.delete(this)
    if (server.#closesWithLast && clients.size === 0) process.nextTick(() => server.#closed())
  }

  #closed(): void {
    this.#state = CLOSED
    this.emit('close')
  }
}

/** The extensions that both ends have, and the field that says so. */
export interface NegotiatedExtensions {
  readonly field: string | undefined
  readonly agreed: AgreedExtensions | undefined
}

const NO_EXTENSIONS: NegotiatedExtensions = { field: undefined, agreed: undefined }

function negotiate(offers: readonly ExtensionElement[], extensions: readonly Extension[]): NegotiatedExtensions {
  const { field, agreed } = offersTo(extensions).negotiate(offers)
  return { field, agreed: toAgreed(agreed) }
}

/** Not inside `handleUpgrade`: a function that has closures allocates what they use, 0.1 kB, also where it makes none of them. */
function verify(
  verifyClient: VerifyClientAsync | VerifyClientSync,
  request: UpgradeRequest,
  stream: Duplex,
  protocolVersion: number,
  complete: () => void,
): void {
  const { authorized, encrypted } = request.socket as { readonly authorized?: boolean; readonly encrypted?: boolean }
  const origin = request.headers[protocolVersion === 8 ? 'sec-websocket-origin' : 'origin'] as string
  const info = { origin, secure: Boolean(authorized || encrypted), req: request }
  if (verifyClient.length === 2) {
    ;(verifyClient as VerifyClientAsync)(info, (verified, code, message, fields) => {
      if (verified) complete()
      else respond(stream, code || 401, message, fields)
    })
  } else if ((verifyClient as VerifyClientSync)(info)) complete()
  else respond(stream, 401, undefined)
}

const EMPTY = Buffer.alloc(0)
const UPGRADE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: '

function answerOrdinary(_request: http.IncomingMessage, response: http.ServerResponse): void {
  const body = http.STATUS_CODES[426] as string
  response.writeHead(426, { 'Content-Length': body.length, 'Content-Type': 'text/plain' })
  response.end(body)
}

function toRequest(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]): Http2ServerRequest {
  return new Http2ServerRequest(stream, headers, {}, raw)
}

/** The fields of response lines that a listener for `headers` may have changed. */
function fieldsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.slice(1).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]))
}

function destroy(this: Duplex): void {
  this.destroy()
}
