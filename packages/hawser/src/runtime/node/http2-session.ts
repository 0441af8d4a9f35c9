import type { ClientHttp2Session, Http2Session, OutgoingHttpHeaders, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers'
import type { FieldLine } from '../../core/handshake/fields.ts'
import { ERROR_CODES } from '../../core/http2/error-codes.ts'
import type { SessionHandle } from '../../connection/session-watch.ts'
import type { Runtime } from '../../connection/runtime.ts'
import type { ClientStream } from '../../client/http2/session.ts'
import type { ClientSession } from '../../client/http2/session.ts'
import type { GuardedSession } from '../../server/http2/guard.ts'
import { toNodeHeaders } from './http2-headers.ts'
import { NodeClientStream } from './http2-stream.ts'

/** A session of node:http2 with the socket that it was given: its own view of the socket cannot end it. */
class NodeSession<S extends Http2Session> implements SessionHandle {
  protected readonly session: S
  readonly #socket: Socket
  #ending = false

  constructor(session: S, socket: Socket) {
    this.session = session
    this.#socket = socket
  }

  get isClosing(): boolean {
    return this.session.closed
  }

  get isOver(): boolean {
    return this.#ending || this.session.destroyed
  }

  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten
  }

  goAway(): void {
    this.session.close()
  }

  abort(): void {
    this.destroyLater(undefined, ERROR_CODES.NO_ERROR, () => {
      // node:http2 writes its GOAWAY in this turn of the event loop, and then leaves the end of the connection to the peer.
      setImmediate(() => this.#socket.destroy())
    })
  }

  /**
   * In a turn of its own: inside an event of a stream, while nghttp2 is at work, `destroy` makes node:http2 write the RST_STREAM of another open
   * stream in an endless native loop (Node 20).
   */
  protected destroyLater(error: Error | undefined, code: number, done?: () => void): void {
    this.#ending = true
    setImmediate(() => {
      this.session.destroy(error, code)
      done?.()
    })
  }

  ping(answered: () => void): void {
    if (this.session.destroyed) return
    this.session.ping((error) => {
      if (error === null) answered()
    })
  }

  onClosed(callback: () => void): void {
    this.session.once('close', callback)
  }
}

export class NodeServerSession extends NodeSession<ServerHttp2Session> implements GuardedSession {
  get lastStreamId(): number {
    return this.session.state.lastProcStreamID ?? 0
  }

  endForFlood(error: Error): void {
    this.destroyLater(error, ERROR_CODES.ENHANCE_YOUR_CALM)
  }
}

export class NodeClientSession extends NodeSession<ClientHttp2Session> implements ClientSession {
  get allowsConnect(): boolean {
    return this.session.remoteSettings.enableConnectProtocol === true
  }

  get maxConcurrentStreams(): number {
    return this.session.remoteSettings.maxConcurrentStreams ?? Number.POSITIVE_INFINITY
  }

  request(lines: readonly FieldLine[], runtime: Runtime): ClientStream {
    const headers: OutgoingHttpHeaders = toNodeHeaders(lines)
    return new NodeClientStream(this.session.request(headers, { endStream: false }), runtime)
  }

  keepsProcessAlive(keeps: boolean): void {
    if (this.session.destroyed) return
    if (keeps) this.session.ref()
    else this.session.unref()
  }
}
