import process from 'node:process'
import { Duplex } from 'node:stream'
import type { DuplexOptions } from 'node:stream'
import type { Buffer } from 'node:buffer'
import { CLOSED, CONNECTING } from './ready-state.ts'
import type { WebSocket } from './websocket.ts'

/** A byte stream over a WebSocket: each chunk is a binary message; the end of the writing side starts the closing handshake. */
export function createWebSocketStream(socket: WebSocket, options?: DuplexOptions): Duplex {
  return new WebSocketStream(socket, options)
}

class WebSocketStream extends Duplex {
  readonly #socket: WebSocket
  /** False after an error: the closing handshake tells the peer, and `terminate` would cut it off. */
  #terminates = true

  constructor(socket: WebSocket, options: DuplexOptions | undefined) {
    super({ ...options, autoDestroy: false, emitClose: false, objectMode: false, writableObjectMode: false })
    this.#socket = socket
    socket.on('message', (message: Buffer, isBinary: boolean) => {
      if (!this.push(!isBinary && this.readableObjectMode ? message.toString() : message)) socket.pause()
    })
    socket.once('error', (error: Error) => {
      if (this.destroyed) return
      this.#terminates = false
      this.destroy(error)
    })
    socket.once('close', () => {
      if (!this.destroyed) this.push(null)
    })
    this.on('end', () => {
      if (!this.destroyed && this.writableFinished) this.destroy()
    })
    this.on('error', this.#throwUnheard)
  }

  /** An error destroys the stream, and is thrown where nobody else listens. */
  readonly #throwUnheard = (error: Error): void => {
    this.off('error', this.#throwUnheard)
    this.destroy()
    if (this.listenerCount('error') === 0) this.emit('error', error)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const socket = this.#socket
    const close = (): void => {
      process.nextTick(() => this.emit('close'))
    }
    if (socket._readyState === CLOSED) {
      callback(error)
      close()
      return
    }
    let isCalled = false
    socket.once('error', (failure: Error) => {
      isCalled = true
      callback(failure)
    })
    socket.once('close', () => {
      if (!isCalled) callback(error)
      close()
    })
    if (this.#terminates) socket.terminate()
  }

  override _final(callback: (error?: Error | null) => void): void {
    const socket = this.#socket
    if (socket._readyState === CONNECTING) {
      socket.once('open', () => this._final(callback))
      return
    }
    // The handshake failed; its error destroys this stream.
    if (socket._socket === null) return
    if (socket._socket.writableFinished) {
      callback()
      if (this.readableEnded) this.destroy()
    } else {
      socket._socket.once('finish', () => callback())
      socket.close()
    }
  }

  override _read(): void {
    if (this.#socket.isPaused) this.#socket.resume()
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#socket._readyState === CONNECTING) this.#socket.once('open', () => this._write(chunk, encoding, callback))
    else this.#socket.send(chunk, callback)
  }
}
