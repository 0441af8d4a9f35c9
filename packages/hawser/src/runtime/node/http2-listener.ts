import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream, ServerOptions } from 'node:http2'
import type { Socket } from 'node:net'
import type { HostPolicy } from '../../core/handshake/index.ts'
import { ERROR_CODES } from '../../core/http2/error-codes.ts'
import { isConnectToWebSocket } from '../../core/http2/index.ts'
import { SessionGuard } from '../../server/http2/guard.ts'
import type { WaitingConnections } from '../../server/http2/guard.ts'
import type { Http2Settings } from '../../server/http2/options.ts'
import { handleStream, refuseStream } from '../../server/http2/requests.ts'
import type { ServerCore } from '../../server/server-core.ts'
import { countContent } from './http2-content.ts'
import { RequestDeadline } from './http2-deadline.ts'
import { END_STREAM, http2, setSessionWindow } from './http2-module.ts'
import { NodeServerSession } from './http2-session.ts'
import { NodeServerStream, readNodeStream } from './http2-stream.ts'
import { isResetHere } from './http2-transport.ts'

/** Pseudo-header fields of an Extended CONNECT. */
const pseudoFields = 5

/** Speaks HTTP/2 on sockets whose client has chosen it. It has no listening socket. */
export class Http2Listener {
  readonly #core: ServerCore
  readonly #settings: Http2Settings
  readonly #request: RequestListener | undefined
  readonly #hosts: () => HostPolicy
  readonly #waiting: WaitingConnections
  readonly #server: Http2Server
  readonly #guards = new Map<ServerHttp2Session, SessionGuard>()
  /** The socket that is being taken; its session begins within `take`. */
  #taken: { readonly socket: Socket; readonly since: number } | undefined
  #stopped = false

  /** @param waiting has the sessions without a stream */
  constructor(core: ServerCore, settings: Http2Settings, request: RequestListener | undefined, hosts: () => HostPolicy, waiting: WaitingConnections) {
    this.#core = core
    this.#settings = settings
    this.#request = request
    this.#hosts = hosts
    this.#waiting = waiting
    this.#server = http2().createServer(sessionOptions(core, settings))
    this.#server.on('session', (session) => this.#open(session))
    // An error ends its session, which ends its streams.
    this.#server.on('sessionError', () => undefined)
    this.#server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw?: readonly string[]) =>
      this.#stream(stream, headers, flags, raw ?? []),
    )
  }

  /**
   * @param socket from which nothing was read, or whose bytes were put back
   * @param since when its connection began: `limits.handshakeMs` runs from then
   */
  take(socket: Socket, since: number): void {
    // A session does not end a socket that stays half open.
    socket.allowHalfOpen = false
    this.#taken = { socket, since }
    const listeners = socket.listenerCount('data')
    this.#server.emit('connection', socket)
    this.#taken = undefined
    // Node's session takes what was put back from the buffer of the socket. Bun's listens for `data`, and would get what arrives later before it.
    if (socket.listenerCount('data') === listeners) return
    while (socket.readableLength > 0 && socket.read() !== null);
    socket.resume()
  }

  /** Sends GOAWAY on every session (RFC 9113 section 6.8): open streams continue, and new ones are refused. */
  stop(): void {
    this.#stopped = true
    for (const guard of [...this.#guards.values()]) guard.goAway()
  }

  drop(): void {
    for (const guard of [...this.#guards.values()]) guard.abort()
  }

  #open(session: ServerHttp2Session): void {
    if (this.#taken === undefined) return
    setSessionWindow(session, this.#settings.sessionWindow, this.#settings.streamWindow)
    const { socket, since } = this.#taken
    const guard = new SessionGuard(new NodeServerSession(session, socket), this.#core, this.#settings, since, this.#waiting)
    this.#guards.set(session, guard)
    session.on('ping', () => guard.controlFrame())
    session.on('remoteSettings', () => guard.controlFrame())
    const closed = (): void => {
      guard.closed()
      this.#guards.delete(session)
    }
    // Bun closes a session as soon as its GOAWAY is written.
    session.on('close', () => {
      if (socket.destroyed) closed()
      else {
        socket.once('close', closed)
        guard.sessionClosed()
      }
    })
    if (this.#stopped) guard.goAway()
  }

  #stream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: readonly string[]): void {
    const guard = stream.session === undefined ? undefined : this.#guards.get(stream.session as ServerHttp2Session)
    guard?.requestRead(raw)
    if (stream.destroyed || stream.closed) {
      guard?.streamLost()
      return
    }
    if (guard !== undefined) countContent(stream, guard)
    // Frames that were received before the end of a flooding session takes effect.
    if (guard?.isOver === true) {
      stream.on('error', () => undefined)
      return
    }
    guard?.streamOpened()
    // `aborted`: closed before this end had ended its side, which RST_STREAM(NO_ERROR) does too.
    stream.once('close', () => guard?.streamClosed((stream.rstCode !== ERROR_CODES.NO_ERROR || stream.aborted) && !isResetHere(stream)))
    const isConnect = headers[':method'] === 'CONNECT'
    if (!isConnect && this.#request !== undefined) {
      this.#serveOrdinary(this.#request, stream, headers, flags, raw)
      return
    }
    const request = readNodeStream(stream, raw, flags)
    if (isConnectToWebSocket(request))
      handleStream(this.#core, new NodeServerStream(stream, this.#core.runtime), request, this.#core.settings.paths, this.#hosts())
    else refuseStream(this.#core, new NodeServerStream(stream, this.#core.runtime), request)
  }

  #serveOrdinary(listener: RequestListener, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, raw: readonly string[]): void {
    if ((flags & END_STREAM) === 0) new RequestDeadline(stream, this.#core)
    // RFC 9113 section 8.3.1: a listener written for HTTP/1.1 looks for Host.
    if (headers[':authority'] !== undefined) headers.host ??= headers[':authority']
    const request = new (http2().Http2ServerRequest)(stream, headers, {}, raw)
    const response = new (http2().Http2ServerResponse)(stream)
    if (headers.expect === '100-continue') response.writeContinue()
    listener(request as unknown as IncomingMessage, response as unknown as ServerResponse & { req: IncomingMessage })
  }
}

function sessionOptions(core: ServerCore, settings: Http2Settings): ServerOptions {
  const { fields, fieldSection, startLine } = core.settings.handshake
  const lines = fields + pseudoFields
  return {
    // One line above the limit gets through, so that the request can be refused with 431.
    maxHeaderListPairs: lines + 1,
    maxSessionMemory: Math.ceil(settings.sessionMemory / 1_000_000),
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    settings: {
      enableConnectProtocol: true,
      initialWindowSize: settings.streamWindow,
      maxConcurrentStreams: settings.maxConcurrentStreams,
      // RFC 9113 section 6.5.2 counts 32 bytes for each line.
      maxHeaderListSize: startLine + fieldSection + 32 * (lines + 1),
    },
  }
}
