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
  /** The message holds that many bytes more, or fewer. */
  held(bytes: number): void
  /** After calls of `held`. */
  changed(): void
  /** Collecting it exceeded `collectLimit`: fails the connection. */
  tooLong(length: number): ConnectionError
}

interface Waiting {
  resolve(result: IteratorResult<any, undefined>): void
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
  readonly #waiting = new Queue<Waiting>()
  #state: 'arriving' | 'complete' | 'cut' | 'cancelled' = 'arriving'
  #error: ConnectionError | undefined
  /** How it is being taken. */
  #taker: string | undefined
  /** Text is decoded before it is given out. */
  #decodes = true
  #takenBytes = 0
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
    return this.#blocks.length
  }

  /** Why it was cut off. */
  get error(): ConnectionError | undefined {
    return this.#error
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'arriving') return
    this.#blocks.push(bytes, start, end)
    this.#owner.held(end - start)
    // What somebody waits for stops no reading.
    this.#serve()
    this.#owner.changed()
  }

  complete(): void {
    if (this.#state !== 'arriving') return
    this.#state = 'complete'
    this.#serve()
  }

  /** It will not be completed. What waits is dropped. */
  cut(error: ConnectionError): void {
    if (this.#state === 'arriving') this.#fail(error)
  }

  cancel(): void {
    if (this.#state === 'cut' || this.#state === 'cancelled') return
    this.#state = 'cancelled'
    this.#drop()
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
    if (this.isText) return (await this.#collect<string>(taker)).join('')
    const bytes = await this.#bytes(taker)
    const { text } = this.#owner
    if (!text.isUtf8(bytes)) throw this.#invalid('the binary message is not UTF-8', bytes)
    return text.decodeUtf8(bytes, 0, bytes.length)
  }

  async #bytes(taker: string): Promise<Uint8Array> {
    const parts = await this.#collect<Uint8Array>(taker, false)
    const [first] = parts
    if (parts.length === 1 && first !== undefined) return first
    const bytes = new Uint8Array(this.#takenBytes)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
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

  async #collect<Part>(taker: string, decodes: boolean = true): Promise<Part[]> {
    this.#take(taker)
    this.#decodes = decodes
    const parts: Part[] = []
    for (let next = await this.#next(); next.done !== true; next = await this.#next()) {
      if (this.#takenBytes > this.#owner.collectLimit) {
        const error = this.#owner.tooLong(this.#takenBytes)
        this.#fail(error)
        throw error
      }
      parts.push(next.value)
    }
    return parts
  }

  #take(taker: string): void {
    if (this.#taker !== undefined) {
      throw new TypeError(`a streamed message can be taken once, and this one was taken by ${this.#taker}`)
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
    const chunk = this.isText && this.#decodes ? this.#blocks.takeText(this.#owner.text) : this.#blocks.takeBytes()
    const taken = before - this.#blocks.length
    this.#takenBytes += taken
    if (taken > 0) this.#owner.held(-taken)
    if (this.#state === 'complete' && this.#blocks.length === 0) this.#blocks.clear()
    return chunk
  }

  #fail(error: ConnectionError): void {
    this.#state = 'cut'
    this.#error = error
    this.#drop()
    this.#serve()
    this.#owner.changed()
  }

  #drop(): void {
    if (this.#blocks.length > 0) this.#owner.held(-this.#blocks.length)
    this.#blocks.clear()
    this.#uncharge()
  }

  #uncharge(): void {
    if (this.#isCharged) this.#owner.held(-streamOverhead)
    this.#isCharged = false
  }
}
