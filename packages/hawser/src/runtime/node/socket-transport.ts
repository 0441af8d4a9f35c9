import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { asError } from '../../core/errors.ts'
import type { Transport, TransportHandler, TransportInfo } from '../../connection/transport.ts'
import { joinSegments } from '../../connection/join-bytes.ts'
import { process } from './process.ts'
import { SocketInfo } from './socket-info.ts'

const transportKey: unique symbol = Symbol('hawser transport')

interface CarryingSocket extends Socket {
  [transportKey]?: SocketTransport
}

const nothing = new Uint8Array(0)

const isDeno = 'Deno' in globalThis

/** Deno 2.9 fails a TLS socket with EPERM at an empty write. Elsewhere nothing is looked at. */
function refusesEmptyWrites(socket: Socket): boolean {
  return isDeno && (socket as Partial<TLSSocket>).encrypted === true
}

/** A chunk that is pushed now would be emitted at once, to one listener and as it is. */
function isBare(socket: Socket): boolean {
  return socket.readableFlowing === true && socket.readableLength === 0 && socket.readableEncoding === null && socket.listenerCount('data') === 1
}

/** The PROXY protocol gives sockets of every kind own addresses, so the getter of the class has to tell. */
function isTcp(socket: Socket): boolean {
  return (socket instanceof Socket ? Reflect.get(Socket.prototype, 'remotePort', socket) : (socket as Partial<Socket>).remotePort) !== undefined
}

/**
 * A Transport over a `net.Socket` or a `tls.TLSSocket`, which must be `allowHalfOpen`: the closing handshake decides
 * when the writing side ends (RFC 6455 section 7.1.1). The listeners are shared functions that find their transport on the socket:
 * five closures a connection would cost more memory than everything else here.
 */
export class SocketTransport implements Transport {
  readonly socket: Socket
  #handler: TransportHandler | undefined
  #info: TransportInfo | undefined
  #error: Error | undefined
  /** Created by the first write that the kernel does not take at once. */
  #flushed: (() => void) | undefined
  /** The bytes that the pending flush waits for; 0 for none. A destroyed stream forgets how many it had. */
  #flushing = 0
  /** The last write did not leave at once, as none does over TLS: the next one brings the callback itself instead of an empty write behind it. */
  #isSlow = false
  #ended = false
  /** There is a listener of the end. */
  #awaitsEnd = false
  #excluding = false
  #paused = true
  /**
   * The socket is a Duplex of the application, not the runtime's own: its `write` may return, and call back, before it uses the bytes, and it may keep
   * using the memory of its chunks. Both are copied; otherwise a buffer reused too early would carry one peer's message to another.
   */
  readonly #copies: boolean
  readonly #isNew: boolean
  /** The current write is this transport's own, not that of another `upgrade` listener. */
  #writing = false
  /** This runtime brings what it reads, and the end, to `push`. */
  static #readsByPush = false
  /** Inside `data`: pause and resume take effect afterwards, and cancel each other out, as at the end of an opening handshake. */
  #dispatching = false

  /** @param isNew the runtime has not brought the end of the stream to the socket */
  constructor(socket: Socket, isNew: boolean = false) {
    this.socket = socket
    this.#isNew = isNew
    this.#copies = !(socket instanceof Socket) || socket.write !== Socket.prototype.write
    const carrying: CarryingSocket = socket
    carrying[transportKey] = this
    socket.pause()
    socket.setNoDelay?.(true)
    socket.allowHalfOpen = true
    socket.on('error', SocketTransport.#onError)
    socket.on('close', SocketTransport.#onClose)
    if (refusesEmptyWrites(socket)) {
      this.#isSlow = true
      this.#flushed = () => this.#flushEnded()
    }
  }

  get info(): TransportInfo {
    return (this.#info ??= new SocketInfo(this.socket))
  }

  /**
   * Without a pending flush the last write left nothing buffered; this saves reading two objects for every message. After the end it is what the
   * last write left.
   */
  get bufferedBytes(): number {
    if (this.#flushing === 0) return 0
    return this.socket.destroyed ? this.#flushing : this.socket.writableLength
  }

  attach(handler: TransportHandler): void {
    const first = this.#handler === undefined
    this.#handler = handler
    if (!first) return
    const { socket } = this
    socket.on('data', SocketTransport.#onData)
    const pushes = !this.#copies && socket.push === Socket.prototype.push
    if (!pushes || !this.#isNew || !SocketTransport.#readsByPush) this.#listenForEnd()
    // The peer ended its side while the application still had the socket; the event does not come again.
    if (socket.readableEnded) process.nextTick(() => this.#handler?.end())
    if (pushes) socket.push = SocketTransport.#onPush
  }

  #listenForEnd(): void {
    if (this.#awaitsEnd) return
    this.#awaitsEnd = true
    this.socket.on('end', SocketTransport.#onEnd)
  }

  /** Drops later writes of others to the socket, and calls `report` for them. */
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

  /** Removes the listeners and hands over the paused socket. */
  detach(): Socket {
    const socket: CarryingSocket = this.socket
    if (this.#excluding) {
      delete (socket as Partial<Socket>).write
      delete (socket as Partial<Socket>).end
    }
    this.#dispatching = false
    this.pause()
    delete socket[transportKey]
    if (socket.push === SocketTransport.#onPush) delete (socket as Partial<Socket>).push
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
    const flushed = this.#isSlow && (this.#flushing === 0 || refusesEmptyWrites(socket)) ? this.#flushed : undefined
    if (this.#copies) this.#writeCopy(segments)
    else if (segments.length === 1) {
      if (flushed === undefined) socket.write(segments[0] as Uint8Array)
      else socket.write(segments[0] as Uint8Array, flushed)
    } else {
      const last = segments.length - 1
      socket.cork()
      for (let i = 0; i < last; i++) socket.write(segments[i] as Uint8Array)
      if (flushed === undefined) socket.write(segments[last] as Uint8Array)
      else socket.write(segments[last] as Uint8Array, flushed)
      socket.uncork()
    }
    const left = socket.writableLength === 0
    this.#isSlow = (!left && !this.#copies) || refusesEmptyWrites(socket)
    if (!left && flushed !== undefined) this.#flushing = socket.writableLength
    else if (!left) this.#awaitFlush()
    this.#writing = false
    return left
  }

  /** A `write` of the application that throws ends its own stream. */
  #writeCopy(segments: readonly Uint8Array[]): void {
    try {
      this.socket.write(joinSegments(segments))
    } catch (error) {
      this.#destroy(asError(error))
    }
  }

  /** Below its high-water mark a stream emits no 'drain': the callback of an empty write after the data is called when it has left. */
  #awaitFlush(): void {
    const pending = this.#flushing > 0
    this.#flushing = this.socket.writableLength
    if (pending) return
    this.#flushed ??= () => this.#flushEnded()
    this.socket.write(nothing, this.#flushed)
  }

  #flushEnded(): void {
    // The stream calls back for what it drops, too, and for a write that had left when it returned.
    if (this.socket.destroyed || this.#flushing === 0) return
    this.#flushing = 0
    if (this.socket.writableLength === 0) this.#handler?.drained()
    else if (refusesEmptyWrites(this.socket)) this.#flushing = this.socket.writableLength
    else {
      this.#writing = true
      this.#awaitFlush()
      this.#writing = false
    }
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
    // Only a TCP handle can be reset: a TLS or a Unix domain socket throws, and one that is shutting down stays open forever (Node 20).
    if (!socket.writableEnded && (socket as TLSSocket).encrypted !== true && isTcp(socket)) socket.resetAndDestroy()
    else this.#destroy()
  }

  /** A `destroy` of the application may throw. Then no 'close' follows, and the deadline of the closing handshake ends the connection. */
  #destroy(error?: Error): void {
    this.#error ??= error
    try {
      this.socket.destroy(error)
    } catch (thrown) {
      this.#error ??= asError(thrown)
    }
  }

  pause(): void {
    this.#paused = true
    if (!this.#dispatching) this.socket.pause()
  }

  resume(): void {
    this.#paused = false
    if (!this.#dispatching) this.socket.resume()
  }

  /**
   * What the socket reads, before it goes through the Readable, where 'data' would be emitted in the end: while the Readable flows and holds nothing, and
   * nobody else listens, that way changes nothing but the cost. Measured for a bare echo of 64 bytes: 0.94 times on Node 20, 0.96 on Node 26. Where a runtime
   * does not read through `push`, 'data' comes as ever.
   */
  static #onPush(this: CarryingSocket, chunk: unknown, encoding?: BufferEncoding): boolean {
    const transport = this[transportKey]
    SocketTransport.#readsByPush = true
    // 'end' comes later, once everything is used; a listener for it is one more array in each idle connection.
    if (chunk === null && transport !== undefined) transport.#listenForEnd()
    if (transport === undefined || transport.#paused || !(chunk instanceof Uint8Array) || !isBare(this))
      return Socket.prototype.push.call(this, chunk, encoding)
    transport.#take(chunk)
    return true
  }

  static #onData(this: CarryingSocket, chunk: Uint8Array): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#take(transport.#copies ? new Uint8Array(chunk) : chunk)
  }

  #take(chunk: Uint8Array): void {
    this.#dispatching = true
    try {
      this.#handler?.data(chunk)
    } finally {
      if (this.#dispatching) {
        this.#dispatching = false
        if (this.#paused) this.socket.pause()
      }
    }
  }

  static #onEnd(this: CarryingSocket): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#handler?.end()
  }

  static #onError(this: CarryingSocket, error: unknown): void {
    const transport = this[transportKey]
    if (transport !== undefined) transport.#error ??= asError(error)
  }

  static #onClose(this: CarryingSocket): void {
    const transport = this[transportKey]
    if (transport === undefined) return
    transport.#ended = true
    transport.#handler?.closed(transport.#error)
  }
}
