import type { EstablishedConnection } from './runtime.ts'

interface Queued {
  readonly data: string | Uint8Array | Blob
  readonly byteLength: number
}

/**
 * Keeps messages in the order of the calls although the bytes of a Blob come later, and counts `bufferedAmount`: application
 * data queued by `send` that had not been transmitted when the event loop last reached step 1.
 */
export class SendQueue {
  readonly #queueTask: (callback: () => void) => void
  readonly #failed: (error: unknown) => void
  /** From `#head` on; removing the first element of an array costs its length. */
  #queued: Queued[] = []
  #head = 0
  #socket: EstablishedConnection | undefined
  #whenEmpty: (() => void) | undefined
  #queuedBytes = 0
  /** Handed to the socket in this task, sent or not. */
  #freshBytes = 0
  /** Handed to the socket and not yet known to have left it. */
  #bufferedBytes = 0
  /** Bytes given to `send` after the connection closed. This count never decreases. */
  #lostBytes = 0

  /** @param failed called once everything before a Blob that cannot be read has been handed to the socket; nothing after it will be */
  constructor(queueTask: (callback: () => void) => void, failed: (error: unknown) => void) {
    this.#queueTask = queueTask
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
    if (this.#isBusy || data instanceof Blob) {
      const wasBusy = this.#isBusy
      this.#queuedBytes += byteLength
      this.#queued.push({ data, byteLength })
      if (!wasBusy) void this.#drainQueue()
      return
    }
    this.#hand(data, byteLength)
  }

  /** Counts bytes that were given to `send` and will not be sent. */
  discard(byteLength: number): void {
    this.#lostBytes += byteLength
  }

  /** Calls back when everything queued has been handed to the socket: now, or once the queued Blobs have been read. */
  whenEmpty(callback: () => void): void {
    if (this.#isBusy) this.#whenEmpty = callback
    else callback()
  }

  get #isBusy(): boolean {
    return this.#head < this.#queued.length
  }

  /** Stops sending. Queued bytes stay counted. */
  stop(): void {
    this.#lostBytes += this.#queuedBytes
    this.#queuedBytes = 0
    this.#queued = []
    this.#head = 0
    this.#whenEmpty = undefined
  }

  /** The connection has ended. Bytes that were not transmitted stay counted. */
  close(): void {
    this.#bufferedBytes = this.#socket === undefined ? 0 : Math.min(this.#bufferedBytes, this.#socket.bufferedAmount)
    this.stop()
    this.#socket = undefined
  }

  async #drainQueue(): Promise<void> {
    const queued = this.#queued
    for (let head = queued[this.#head]; head !== undefined; head = queued[this.#head]) {
      let data: string | Uint8Array
      try {
        data = head.data instanceof Blob ? await readBlob(head.data) : head.data
      } catch (error) {
        if (queued === this.#queued) this.#fail(error)
        return
      }
      // Stopped meanwhile.
      if (queued !== this.#queued) return
      this.#queuedBytes -= head.byteLength
      this.#removeHead()
      this.#hand(data, head.byteLength)
    }
    this.#queued = []
    this.#head = 0
    const callback = this.#whenEmpty
    this.#whenEmpty = undefined
    callback?.()
  }

  #removeHead(): void {
    const queued = this.#queued as (Queued | undefined)[]
    queued[this.#head++] = undefined
    if (this.#head < 1_024 || this.#head * 2 < queued.length) return
    queued.splice(0, this.#head)
    this.#head = 0
  }

  #fail(error: unknown): void {
    this.stop()
    this.#failed(error)
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
      this.#queueTask(() => {
        this.#freshBytes = 0
        if (this.#socket?.bufferedAmount === 0) this.#bufferedBytes = 0
      })
    }
    this.#freshBytes += byteLength
    // If nothing older is left, the count starts again; `min` with the socket's own count lowers it as bytes leave.
    this.#bufferedBytes = (wasEmpty ? 0 : this.#bufferedBytes) + byteLength
  }
}

/** @throws TypeError for an object of the application's own class whose arrayBuffer() gives anything but an ArrayBuffer */
async function readBlob(blob: Blob): Promise<Uint8Array> {
  const buffer: unknown = await blob.arrayBuffer()
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError('arrayBuffer() of the Blob did not give an ArrayBuffer')
  return new Uint8Array(buffer)
}
