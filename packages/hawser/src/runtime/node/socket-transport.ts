import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { TlsInfo, Transport, TransportHandler, TransportInfo } from '../../connection/transport.ts'
import { tlsInfoOf } from './tls-info.ts'

const transportKey: unique symbol = Symbol('hawser transport')

interface CarryingSocket extends Socket {
  [transportKey]?: SocketTransport
}

const nothing = new Uint8Array(0)

function joined(segments: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(segments.reduce((length, segment) => length + segment.byteLength, 0))
  let offset = 0
  for (const segment of segments) {
    bytes.set(segment, offset)
    offset += segment.byteLength
  }
  return bytes
}

/** Asks the system when it is asked: two calls and an object each that most connections never need. */
class SocketInfo implements TransportInfo {
  readonly #socket: Socket
  #tls: TlsInfo | undefined

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get httpVersion(): '1.1' {
    return '1.1'
  }

  get secure(): boolean {
    return (this.#socket as TLSSocket).encrypted === true
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress
  }

  get localPort(): number | undefined {
    return this.#socket.localPort
  }

  get tls(): TlsInfo | undefined {
    return (this.#tls ??= tlsInfoOf(this.#socket))
  }
}

/**
 * A Transport over a `net.Socket` or a `tls.TLSSocket`, which must be `allowHalfOpen`: when the writing side ends is the
 * closing handshake's decision (RFC 6455 section 7.1.1). The listeners are shared functions that find their transport on the socket:
 * five closures a connection would cost more memory than everything else here.
 */
export class SocketTransport implements Transport {
  readonly socket: Socket
  #handler: TransportHandler | undefined
  #info: TransportInfo | undefined
  #error: Error | undefined
  /** Created by the first write that the kernel did not take at once. */
  #flushed: (() => void) | undefined
  #flushing = false
  #ended = false
  #excluding = false
  #paused = true
  /**
   * Not the runtime's own socket but a Duplex of the application, whose `write` may return, and call back, before the bytes are used, and whose
   * chunks may be somebody else's memory: both are copied. Otherwise a buffer reused too early would carry one peer's message to another.
   */
  readonly #copies: boolean
  /** The write is ours, not one of a listener that does not know that this transport has the socket. */
  #writing = false
  /** A chunk is being used: pausing and resuming take effect after it, and where both happen, as when an opening handshake ends, not at all. */
  #dispatching = false

  constructor(socket: Socket) {
    this.socket = socket
    this.#copies = !(socket instanceof Socket) || socket.write !== Socket.prototype.write
    const carrying: CarryingSocket = socket
    carrying[transportKey] = this
    socket.pause()
    socket.setNoDelay?.(true)
    socket.allowHalfOpen = true
    socket.on('error', SocketTransport.#onError)
    socket.on('close', SocketTransport.#onClose)
  }

  get secure(): boolean {
    return (this.socket as TLSSocket).encrypted === true
  }

  get info(): TransportInfo {
    return (this.#info ??= new SocketInfo(this.socket))
  }

  /** Nothing was left by the last write where no flush is awaited; two objects fewer to look at, for every message. */
  get bufferedBytes(): number {
    return this.#flushing ? this.socket.writableLength : 0
  }

  attach(handler: TransportHandler): void {
    const first = this.#handler === undefined
    this.#handler = handler
    if (!first) return
    this.socket.on('data', SocketTransport.#onData)
    this.socket.on('end', SocketTransport.#onEnd)
  }

  /** From now on nobody else writes to the socket or ends it; `report` is called when somebody tries, and nothing leaves. */
  excludeOthers(report: () => void): void {
    const { socket } = this
    const { write, end } = socket
    const guard = (method: (...args: any[]) => unknown, refused: unknown): ((...args: any[]) => unknown) => {
      return (...args) => {
        if (this.#writing) return method.apply(socket, args)
        report()
        return refused
      }
    }
    Object.assign(socket, { write: guard(write, true), end: guard(end, socket) })
    this.#excluding = true
  }

  /** Takes the listeners off and gives the socket, paused, to whoever shall have it. */
  detach(): Socket {
    const socket: CarryingSocket = this.socket
    if (this.#excluding) {
      delete (socket as Partial<Socket>).write
      delete (socket as Partial<Socket>).end
    }
    this.#dispatching = false
    this.pause()
    delete socket[transportKey]
    socket.off('data', SocketTransport.#onData)
    socket.off('end', SocketTransport.#onEnd)
    socket.off('error', SocketTransport.#onError)
    socket.off('close', SocketTransport.#onClose)
    return socket
  }

  write(segments: readonly Uint8Array[]): boolean {
    const socket = this.socket
    if (this.#ended || socket.destroyed) return true
    this.#writing = true
    if (this.#copies) socket.write(joined(segments))
    else if (segments.length === 1) {
      socket.write(segments[0] as Uint8Array)
    } else {
      socket.cork()
      for (let i = 0; i < segments.length; i++) socket.write(segments[i] as Uint8Array)
      socket.uncork()
    }
    const left = socket.writableLength === 0
    if (!left) this.#awaitFlush()
    this.#writing = false
    return left
  }

  /** Below the stream's own high-water mark no 'drain' is emitted: an empty write behind the data tells when it has left. */
  #awaitFlush(): void {
    if (this.#flushing) return
    this.#flushing = true
    this.#flushed ??= () => {
      this.#flushing = false
      if (this.socket.destroyed) return
      if (this.socket.writableLength > 0) {
        this.#writing = true
        this.#awaitFlush()
        this.#writing = false
      } else this.#handler?.drained()
    }
    this.socket.write(nothing, this.#flushed)
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#writing = true
    this.socket.end()
    this.#writing = false
  }

  abort(): void {
    this.#ended = true
    const socket = this.socket
    if (socket.destroyed) return
    // Only a TCP handle can be reset: a TLS or a Unix domain socket throws, and one that is shutting down stays open for ever (Node 20).
    if (!socket.writableEnded && (socket as TLSSocket).encrypted !== true && socket.remotePort !== undefined) socket.resetAndDestroy()
    else socket.destroy()
  }

  pause(): void {
    this.#paused = true
    if (!this.#dispatching) this.socket.pause()
  }

  resume(): void {
    this.#paused = false
    if (!this.#dispatching) this.socket.resume()
  }

  static #onData(this: CarryingSocket, chunk: Uint8Array): void {
    const transport = this[transportKey]
    if (transport === undefined) return
    transport.#dispatching = true
    try {
      transport.#handler?.data(transport.#copies ? new Uint8Array(chunk) : chunk)
    } finally {
      if (transport.#dispatching) {
        transport.#dispatching = false
        if (transport.#paused) this.pause()
      }
    }
  }

  static #onEnd(this: CarryingSocket): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#handler?.end()
  }

  static #onError(this: CarryingSocket, error: Error): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#error ??= error
  }

  static #onClose(this: CarryingSocket): void {
    const transport = this[transportKey]
    if (transport === undefined) return
    transport.#ended = true
    transport.#handler?.closed(transport.#error)
  }
}
