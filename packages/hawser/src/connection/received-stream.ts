import { type ConnectionError, MessageError } from '../core/errors.ts'
import type { BufferPool, TextCodec } from '../core/platform.ts'
import { droppable } from './application-code.ts'
import type { StreamedMessage } from './message-stream.ts'
import { PieceBlocks } from './piece-blocks.ts'
import { Queue } from './queue.ts'

/** The connection that a streamed message arrives on. */
export interface ReceivedStreamOwner {
  readonly text: TextCodec
  readonly buffers: BufferPool
  readonly subprotocol: string
  /** Most bytes that `text`, `bytes` and `json` collect. */
  readonly collectLimit: number
  /** That many bytes more, or fewer, wait to be taken. */
  held(bytes: number): void
  /** That many bytes more, or fewer, are collected: they take memory, and stop no reading. */
  collected(bytes: number): void
  /** After calls of `held` and `collected`. */
  changed(): void
  /** Collecting it exceeded `collectLimit`: fails the connection. */
  tooLong(length: number): ConnectionError
}

interface Waiting<Result> {
  resolve(result: Result): void
  reject(error: Error): void
}

type Chunk = string | Uint8Array

/** Charged for each message until somebody takes it, or it is dropped or cut off: its objects. */
export const streamOverhead = 512

const done: IteratorReturnResult<undefined> = Object.freeze({ value: undefined, done: true })

type ReadableStreamConstructor = new (
  source: { pull(controller: { enqueue(chunk: unknown): void; close(): void }): Promise<void>; cancel(): void },
  strategy: { highWaterMark: number },
) => ReadableStream

/** A message of one connection, filled by its inbox and taken by the application. */
export class ReceivedStream implements StreamedMessage<any> {
  readonly isText: boolean
  readonly #owner: ReceivedStreamOwner
  readonly #blocks: PieceBlocks
  readonly #waiting = new Queue<Waiting<IteratorResult<any, undefined>>>()
  #state: 'arriving' | 'complete' | 'cut' | 'cancelled' = 'arriving'
  #error: ConnectionError | undefined
  /** How it is being taken. */
  #taker: string | undefined
  /** The message is kept here until it is complete, for `text`, `bytes` or `json`. */
  #collecting: Waiting<Uint8Array> | undefined
  #collectedBytes = 0
  /** `streamOverhead` is counted. */
  #isCharged = true

  constructor(isText: boolean, owner: ReceivedStreamOwner) {
    this.isText = isText
    this.#owner = owner
    this.#blocks = new PieceBlocks(isText, owner.buffers)
    owner.held(streamOverhead)
  }

  get isTaken(): boolean {
    return this.#taker !== undefined
  }

  /** Bytes that wait. */
  get waitingBytes(): number {
    return this.#collecting === undefined ? this.#blocks.length : 0
  }

  /** Why it was cut off. */
  get error(): ConnectionError | undefined {
    return this.#error
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'arriving') return
    this.#blocks.push(bytes, start, end)
    if (this.#collecting === undefined) {
      this.#owner.held(end - start)
      // What somebody waits for stops no reading.
      this.#serve()
    } else this.#collected(end - start)
    this.#owner.changed()
  }

  complete(): void {
    if (this.#state !== 'arriving') return
    this.#state = 'complete'
    if (this.#collecting === undefined) this.#serve()
    else this.#finish(this.#collecting)
  }

  /** It will not be completed. What waits is dropped. */
  cut(error: ConnectionError): void {
    if (this.#state === 'arriving') this.#fail(error)
  }

  cancel(): void {
    if (this.#state === 'cut' || this.#state === 'cancelled') return
    this.#state = 'cancelled'
    this.#drop()
    this.#collecting?.reject(new TypeError('the message was cancelled before its end'))
    this.#serve()
    this.#owner.changed()
  }

  /** The application has gone on: cancels it where nobody takes it. */
  cancelUntaken(): void {
    if (this.#taker === undefined) this.cancel()
  }

  [Symbol.asyncIterator](): AsyncIterator<any, undefined> & AsyncIterable<any> {
    this.#take('iteration')
    return {
      next: () => this.#next(),
      return: () => {
        this.cancel()
        return Promise.resolve(done)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  stream(): ReadableStream {
    this.#take('stream()')
    const { ReadableStream: Readable } = globalThis as unknown as { readonly ReadableStream: ReadableStreamConstructor }
    return new Readable(
      {
        pull: async (controller) => {
          const next = await this.#next()
          if (next.done === true) controller.close()
          else controller.enqueue(next.value)
        },
        cancel: () => this.cancel(),
      },
      { highWaterMark: 0 },
    )
  }

  text(): Promise<string> {
    return droppable(this.#text('text()'))
  }

  bytes(): Promise<Uint8Array> {
    return droppable(this.#bytes('bytes()'))
  }

  json(): Promise<unknown> {
    return droppable(this.#json())
  }

  async #text(taker: string): Promise<string> {
    const bytes = await this.#collect(taker)
    const { text } = this.#owner
    if (!this.isText && !text.isUtf8(bytes)) throw this.#invalid('the binary message is not UTF-8', bytes)
    return text.decodeUtf8(bytes, 0, bytes.length)
  }

  async #bytes(taker: string): Promise<Uint8Array> {
    const bytes = await this.#collect(taker)
    // A block of text has bytes that nobody wrote.
    return this.isText && bytes.length < bytes.buffer.byteLength ? bytes.slice() : bytes
  }

  async #json(): Promise<unknown> {
    const text = await this.#text('json()')
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw this.#invalid('the message is not JSON', text, cause)
    }
  }

  #invalid(message: string, received: Chunk, cause?: unknown): MessageError {
    const { subprotocol } = this.#owner
    return new MessageError(message, { fault: 'peer', subprotocol, issues: [{ message, path: [] }], received, cause })
  }

  /** Keeps the bytes in blocks, however small the pieces are: an array of chunks, each an object, would take 200 times as much for single bytes. */
  async #collect(taker: string): Promise<Uint8Array> {
    this.#take(taker)
    return await new Promise<Uint8Array>((resolve, reject) => {
      if (this.#error !== undefined) {
        reject(this.#error)
        return
      }
      this.#collecting = { resolve, reject }
      const { length } = this.#blocks
      this.#owner.held(-length)
      this.#collected(length)
      if (this.#state === 'complete') this.#finish(this.#collecting)
      this.#owner.changed()
    })
  }

  #collected(bytes: number): void {
    this.#collectedBytes += bytes
    this.#owner.collected(bytes)
    if (this.#collectedBytes > this.#owner.collectLimit) this.#fail(this.#owner.tooLong(this.#collectedBytes))
  }

  #finish({ resolve }: Waiting<Uint8Array>): void {
    const { length } = this.#blocks
    let bytes = this.#blocks.takeBytes() ?? new Uint8Array(0)
    if (bytes.length < length) {
      const whole = new Uint8Array(length)
      let at = 0
      for (let part: Uint8Array | undefined = bytes; part !== undefined; part = this.#blocks.takeBytes()) {
        whole.set(part, at)
        at += part.length
      }
      bytes = whole
    }
    this.#drop()
    resolve(bytes)
  }

  #take(taker: string): void {
    if (this.#taker !== undefined) {
      throw new TypeError(`a streamed message can be taken once, and this one was taken by ${this.#taker}`)
    }
    // Without its content it would look like an empty message.
    if (this.#state === 'cancelled') {
      throw new TypeError('this message was dropped: it was cancelled, or not taken before its handler was done or the next message was asked for')
    }
    this.#taker = taker
    this.#uncharge()
    this.#owner.changed()
  }

  #next(): Promise<IteratorResult<any, undefined>> {
    const next = new Promise<IteratorResult<any, undefined>>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    this.#serve()
    this.#owner.changed()
    return droppable(next)
  }

  /** Gives what there is to those who wait, in order. */
  #serve(): void {
    for (let waiting = this.#waiting.first; waiting !== undefined; waiting = this.#waiting.first) {
      const value = this.#chunk()
      if (value === undefined && this.#state === 'arriving') return
      this.#waiting.shift()
      if (value !== undefined) waiting.resolve({ value, done: false })
      else if (this.#error !== undefined) waiting.reject(this.#error)
      else waiting.resolve(done)
    }
  }

  #chunk(): Chunk | undefined {
    const before = this.#blocks.length
    if (before === 0) return undefined
    const chunk = this.isText ? this.#blocks.takeText(this.#owner.text) : this.#blocks.takeBytes()
    const taken = before - this.#blocks.length
    if (taken > 0) this.#owner.held(-taken)
    if (this.#state === 'complete' && this.#blocks.length === 0) this.#blocks.clear()
    return chunk
  }

  #fail(error: ConnectionError): void {
    // Failing the connection has cut it off already.
    if (this.#state === 'cut') return
    this.#state = 'cut'
    this.#error = error
    this.#drop()
    this.#collecting?.reject(error)
    this.#serve()
    this.#owner.changed()
  }

  #drop(): void {
    if (this.#collecting !== undefined) this.#owner.collected(-this.#collectedBytes)
    else if (this.#blocks.length > 0) this.#owner.held(-this.#blocks.length)
    this.#collectedBytes = 0
    this.#blocks.clear()
    this.#uncharge()
  }

  #uncharge(): void {
    if (this.#isCharged) this.#owner.held(-streamOverhead)
    this.#isCharged = false
  }
}
