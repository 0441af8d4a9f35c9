import type { EstablishedConnection } from './environment.ts'

interface Queued {
  readonly data: string | Uint8Array | Blob
  readonly byteLength: number
}

/**
 * Keeps messages in the order of the calls although the bytes of a Blob come later, and counts `bufferedAmount`: application
 * data queued by `send` that had not been transmitted when the event loop last reached step 1.
 */
export class SendQueue {
  readonly #afterTask: (callback: () => void) => void
  readonly #failed: (error: unknown) => void
  readonly #queued: Queued[] = []
  #socket: EstablishedConnection | undefined
  #whenEmpty: (() => void) | undefined
  #queuedBytes = 0
  /** Handed to the socket in this task, whatever became of it. */
  #freshBytes = 0
  /** Handed to the socket and not yet known to have left it. */
  #bufferedBytes = 0
  /** Given to `send` when nothing could be sent any more: these never go down. */
  #lostBytes = 0

  constructor(afterTask: (callback: () => void) => void, failed: (error: unknown) => void) {
    this.#afterTask = afterTask
    this.#failed = failed
  }

  get bufferedAmount(): number {
    const buffered = this.#socket === undefined ? this.#bufferedBytes : Math.min(this.#bufferedBytes, this.#socket.bufferedAmount)
    return this.#queuedBytes + Math.max(this.#freshBytes, buffered) + this.#lostBytes
  }

  open(socket: EstablishedConnection): void {
    this.#socket = socket
  }

  send(data: string | Uint8Array | Blob, byteLength: number): void {
    if (this.#queued.length > 0 || data instanceof Blob) {
      this.#queuedBytes += byteLength
      this.#queued.push({ data, byteLength })
      if (this.#queued.length === 1) void this.#drainQueue()
      return
    }
    this.#hand(data, byteLength)
  }

  /** Counts what `send` was given although it will not be sent. */
  discard(byteLength: number): void {
    this.#lostBytes += byteLength
  }

  /** Calls back when all that was queued has been handed to the socket: now, or once the Blobs before it are read. */
  whenEmpty(callback: () => void): void {
    if (this.#queued.length === 0) callback()
    else this.#whenEmpty = callback
  }

  /** The connection is gone: what was not transmitted stays counted. */
  close(): void {
    this.#lostBytes = this.bufferedAmount
    this.#queuedBytes = 0
    this.#freshBytes = 0
    this.#bufferedBytes = 0
    this.#queued.length = 0
    this.#socket = undefined
  }

  async #drainQueue(): Promise<void> {
    for (let head = this.#queued[0]; head !== undefined; head = this.#queued[0]) {
      let data: string | Uint8Array
      try {
        data = head.data instanceof Blob ? new Uint8Array(await head.data.arrayBuffer()) : head.data
      } catch (error) {
        this.#failed(error)
        return
      }
      if (this.#queued[0] !== head) return
      this.#queued.shift()
      this.#queuedBytes -= head.byteLength
      this.#hand(data, head.byteLength)
    }
    const callback = this.#whenEmpty
    this.#whenEmpty = undefined
    callback?.()
  }

  #hand(data: string | Uint8Array, byteLength: number): void {
    const socket = this.#socket
    const wasEmpty = socket?.bufferedAmount === 0
    const result = socket === undefined ? 'closed' : socket.send(data)
    if (socket === undefined || result === 'closed' || result === 'dropped') {
      this.#lostBytes += byteLength
      return
    }
    if (this.#freshBytes === 0 && byteLength > 0) {
      this.#afterTask(() => {
        this.#freshBytes = 0
      })
    }
    this.#freshBytes += byteLength
    // With nothing left from before, what this counts begins anew; `min` with the socket's own count takes it down as bytes leave.
    this.#bufferedBytes = (wasEmpty ? 0 : this.#bufferedBytes) + byteLength
  }
}
