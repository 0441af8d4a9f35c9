import { asError } from '../../core/errors.ts'
import type { Transport, TransportHandler, TransportInfo } from '../../connection/transport.ts'
import { joinSegments } from '../../connection/join-bytes.ts'
import type { BunSocket, BunSocketHandlers } from './bun-socket.ts'
import { BunSocketInfo } from './socket-info.ts'

/** A socket and its transport: Bun calls the same handlers for all sockets of a listener. */
export type CarryingSocket = BunSocket<BunSocketTransport | undefined>

/**
 * A Transport over a TCP socket of Bun.listen, which must be `allowHalfOpen`: the closing handshake decides when the writing side ends
 * (RFC 6455 section 7.1.1).
 */
export class BunSocketTransport implements Transport {
  readonly #socket: CarryingSocket
  readonly #gone: () => void
  #handler: TransportHandler | undefined
  #info: TransportInfo | undefined
  /** Bytes that the kernel has not taken yet, in order; undefined for none. */
  #waiting: Uint8Array[] | undefined
  #waitingBytes = 0
  #error: Error | undefined
  /** No more is written: FIN follows the waiting bytes, or the socket was aborted. */
  #ending = false
  #aborted = false
  #endReceived = false
  #closed = false
  #paused = false
  /** The last call to the socket was `pause`. */
  #stopped = false
  /** Inside `data`: pause and resume take effect afterwards, and cancel each other out, as at the end of an opening handshake. */
  #dispatching = false

  /**
   * Reading is not paused yet, which would cost two calls: the caller attaches a handler and resumes before it returns to Bun.
   * @param gone called when the socket has closed
   */
  constructor(socket: CarryingSocket, gone: () => void) {
    this.#socket = socket
    this.#gone = gone
    socket.data = this
  }

  get info(): TransportInfo {
    return (this.#info ??= new BunSocketInfo(this.#socket))
  }

  get bufferedBytes(): number {
    return this.#waitingBytes
  }

  attach(handler: TransportHandler): void {
    this.#handler = handler
  }

  /** Bun has no writev(2), so segments are joined. It buffers nothing: a write returns what the kernel took. */
  write(segments: readonly Uint8Array[]): boolean {
    if (this.#ending || this.#closed) return true
    const bytes = segments.length === 1 ? (segments[0] as Uint8Array) : joinSegments(segments)
    if (this.#waiting !== undefined) {
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.byteLength
      return false
    }
    const taken = this.#socket.write(bytes)
    if (taken === bytes.byteLength) return true
    const rest = taken > 0 ? bytes.subarray(taken) : bytes
    this.#waiting = [rest]
    this.#waitingBytes = rest.byteLength
    return false
  }

  #drain(): void {
    const waiting = this.#waiting
    if (waiting === undefined || this.#closed || this.#aborted) return
    while (waiting.length > 0) {
      const bytes = waiting[0] as Uint8Array
      const taken = Math.max(0, this.#socket.write(bytes))
      this.#waitingBytes -= taken
      if (taken < bytes.byteLength) {
        waiting[0] = bytes.subarray(taken)
        return
      }
      waiting.shift()
    }
    this.#waiting = undefined
    if (this.#ending) this.#socket.shutdown()
    this.#handler?.drained()
  }

  end(): void {
    if (this.#ending || this.#closed) return
    this.#ending = true
    if (this.#waiting === undefined) this.#socket.shutdown()
  }

  abort(): void {
    if (this.#closed || this.#aborted) return
    this.#ending = true
    this.#aborted = true
    this.#socket.terminate()
  }

  pause(): void {
    this.#paused = true
    if (!this.#dispatching) this.#applyPause()
  }

  resume(): void {
    this.#paused = false
    if (!this.#dispatching) this.#applyPause()
  }

  #applyPause(): void {
    if (this.#closed || this.#paused === this.#stopped) return
    this.#stopped = this.#paused
    if (this.#paused) this.#socket.pause()
    else this.#socket.resume()
  }

  #data(chunk: Uint8Array): void {
    this.#dispatching = true
    try {
      this.#handler?.data(chunk)
    } finally {
      this.#dispatching = false
      this.#applyPause()
    }
  }

  #end(): void {
    this.#endReceived = true
    this.#handler?.end()
  }

  /** Bun may call this inside `terminate`, so the handler learns it when its own call has returned. */
  #close(error: unknown): void {
    if (this.#closed) return
    this.#closed = true
    if (error instanceof Error) this.#error ??= error
    void Promise.resolve().then(() => {
      if (this.#error === undefined && !this.#aborted && !this.#endReceived) this.#end()
      this.#handler?.closed(this.#error)
      this.#gone()
    })
  }

  /** An exception of ours ends its own connection only. */
  #threw(error: unknown): void {
    this.#error ??= asError(error)
    this.abort()
  }

  /** @param open makes the transport of a new socket */
  static handlers(open: (socket: CarryingSocket) => void): BunSocketHandlers<BunSocketTransport | undefined> {
    return {
      open,
      data({ data }, chunk) {
        if (data !== undefined) data.#data(chunk)
      },
      drain({ data }) {
        if (data !== undefined) data.#drain()
      },
      end({ data }) {
        if (data !== undefined) data.#end()
      },
      error(socket, error) {
        if (socket.data === undefined) socket.terminate()
        else socket.data.#threw(error)
      },
      close({ data }, error) {
        if (data !== undefined) data.#close(error)
      },
    }
  }
}
