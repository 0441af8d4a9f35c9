/**
 * Raw DEFLATE of whole messages with zlib's public API only. A sliding `dictionary` keeps the context from one message to
 * the next. It is the asynchronous path of both codecs, and all of the codec where the runtime has no usable handle.
 */
import { setImmediate } from 'node:timers'
import { constants, createInflateRaw, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  DeflateBudgetError,
  DeflateDataError,
  type Deflater,
  type DeflaterOptions,
  type Inflater,
  type InflaterOptions,
} from '../../core/extensions/permessage-deflate/deflate-codec.ts'
import { zlibWindowBits, type CompressionLevels } from './deflate-handle.ts'
import { History } from './deflate-history.ts'

/**
 * What follows a message into the inflater: the tail of RFC 7692 section 7.2.2, a last empty block, and a byte that stays
 * unread. Only where the message ends at the end of a block does the stream end before that byte.
 */
export const MESSAGE_END: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00)
export const TRUNCATED = 'the data end inside a block'

const SYNC_FLUSH = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const LEAST_CHUNK = 65_536
const LARGEST_CHUNK = 1_048_576
/** Joining 16 MiB takes 12 ms, and what follows, decoding them and the application, as much again: the event loop turns in between. */
const TURN_FROM = 1_048_576

interface WholeMessage {
  readonly windowBits: number
  readonly history: History
  readonly budget: number
}

export class PublicDeflater implements Deflater {
  readonly #options: DeflaterOptions
  readonly #levels: CompressionLevels
  readonly #asyncAbove: number
  readonly #history: History

  constructor(options: DeflaterOptions, levels: CompressionLevels, asyncAbove: number) {
    this.#options = options
    this.#levels = levels
    this.#asyncAbove = asyncAbove
    this.#history = new History(options.windowBits)
  }

  get heldBytes(): number {
    return this.#history.heldBytes
  }

  deflate(bytes: Uint8Array, end: boolean): Uint8Array | Promise<Uint8Array> {
    const options = { ...this.#levels, windowBits: zlibWindowBits(this.#options.windowBits), ...dictionary(this.#history) }
    const deflated = bytes.length > this.#asyncAbove ? deflateInThreadPool(bytes, options) : deflateRawSync(bytes, { ...options, ...SYNC_FLUSH })
    if (end && !this.#options.contextTakeover) this.#history.release()
    else this.#history.append(bytes)
    return deflated
  }

  forget(): void {
    this.#history.clear()
  }

  dispose(): void {
    this.#history.release()
  }
}

export class PublicInflater implements Inflater {
  readonly #options: InflaterOptions
  readonly #asyncAbove: number
  readonly #history: History
  /** Compressed fragments: without a handle a message cannot be inflated before its end. */
  #fragments: Uint8Array[] = []
  #fragmentBytes = 0

  constructor(options: InflaterOptions, asyncAbove: number) {
    this.#options = options
    this.#asyncAbove = asyncAbove
    this.#history = new History(options.windowBits)
  }

  get heldBytes(): number {
    return this.#history.heldBytes + this.#fragmentBytes
  }

  inflate(bytes: Uint8Array, end: boolean, budget: number): Uint8Array | Promise<Uint8Array> {
    if (!end) {
      this.#fragmentBytes += bytes.length
      // Incompressible data in one-byte fragments, each flushed, needs no more.
      if (this.#fragmentBytes > 2 * budget + 65_536) throw new DeflateBudgetError('the compressed fragments alone are larger')
      this.#fragments.push(bytes.slice())
      return bytes.subarray(0, 0)
    }
    const whole = this.#fragmentBytes === 0 ? bytes : Buffer.concat([...this.#fragments, bytes])
    this.#fragments = []
    this.#fragmentBytes = 0
    const options = { windowBits: this.#options.windowBits, history: this.#history, budget }
    if (whole.length > this.#asyncAbove) return inflateInThreadPool(whole, options).then((result) => this.#ended(result))
    return this.#ended(inflateWhole(whole, options))
  }

  dispose(): void {
    this.#history.release()
    this.#fragments = []
    this.#fragmentBytes = 0
  }

  #ended(result: Uint8Array): Uint8Array {
    if (!this.#options.contextTakeover) this.#history.release()
    return new Uint8Array(result.buffer, result.byteOffset, result.byteLength)
  }
}

export function deflateInThreadPool(bytes: Uint8Array, options: CompressionLevels & { windowBits: number }): Promise<Uint8Array> {
  const chunkSize = Math.min(LARGEST_CHUNK, Math.max(LEAST_CHUNK, bytes.length >>> 1))
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, { ...options, ...SYNC_FLUSH, chunkSize }, (error, result) => (error === null ? resolve(result) : reject(error)))
  })
}

/** Appends what it gives to the history. */
export async function inflateInThreadPool(bytes: Uint8Array, { windowBits, history, budget }: WholeMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  let consumed = 0
  do {
    const window = windowBlock(history)
    let skip = history.length
    const stream = createInflateRaw({ ...SYNC_FLUSH, windowBits, chunkSize: chunkSizeFor(budget - total + skip) })
    if (skip !== 0) stream.write(window)
    if (consumed < bytes.length) stream.write(bytes.subarray(consumed))
    stream.end(MESSAGE_END.subarray(Math.max(0, consumed - bytes.length)))
    for await (const output of chunksOf(stream)) {
      const chunk = output.subarray(skip)
      skip -= output.length - chunk.length
      total += chunk.length
      if (total > budget) throw new DeflateBudgetError(`more than ${budget} bytes`)
      chunks.push(chunk)
      history.append(chunk)
    }
    consumed += stream.bytesWritten - window.length
  } while (!streamEnded(bytes.length, consumed))
  const whole = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, total)
  if (total > TURN_FROM) await new Promise<void>((resolve) => void setImmediate(resolve))
  return whole
}

/** Leaving the loop destroys the stream. */
async function* chunksOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* stream
  } catch (error) {
    throw new DeflateDataError((error as Error).message)
  }
}

function inflateWhole(bytes: Uint8Array, { windowBits, history, budget }: WholeMessage): Uint8Array {
  const input = Buffer.concat([bytes, MESSAGE_END])
  const chunks: Uint8Array[] = []
  let left = budget
  let consumed = 0
  do {
    const window = windowBlock(history)
    const skip = history.length
    const options = { ...SYNC_FLUSH, windowBits, chunkSize: chunkSizeFor(left + skip), maxOutputLength: Math.max(1, left + skip), info: true }
    const { buffer, engine } = inflated(() => inflateRawSync(Buffer.concat([window, input.subarray(consumed)]), options))
    const output = buffer.subarray(skip)
    left -= output.length
    if (left < 0) throw new DeflateBudgetError(`more than ${budget} bytes`)
    chunks.push(output)
    history.append(output)
    consumed += engine.bytesWritten - window.length
  } while (!streamEnded(bytes.length, consumed))
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

/**
 * A block with BFINAL ends a stream and not the message (section 7.2.3.4): what follows is a stream of its own. Where the
 * message's last byte ends a stream there is nothing left to want, although section 7.2.3.4 asks for one more byte.
 * @throws DeflateDataError when the message ends inside a block
 */
function streamEnded(length: number, consumed: number): boolean {
  if (consumed === length + MESSAGE_END.length) throw new DeflateDataError(TRUNCATED)
  return consumed === length || consumed === length + MESSAGE_END.length - 1
}

/** What `info: true` gives; the types do not know it. */
function inflated(call: () => unknown): { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } } {
  try {
    return call() as { buffer: Buffer; engine: { bytesWritten: number } }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new DeflateBudgetError(message)
    throw new DeflateDataError(message)
  }
}

/** Chunks that fill the budget and one byte exactly, so that no more than that is held when it is passed. */
function chunkSizeFor(budget: number): number {
  const most = Math.min(budget + 1, Number.MAX_SAFE_INTEGER)
  return Math.max(64, Math.ceil(most / Math.ceil(most / LEAST_CHUNK)))
}

function dictionary(history: History): { dictionary?: Buffer } {
  if (history.length === 0) return {}
  const bytes = Buffer.allocUnsafe(history.length)
  history.copyTo(bytes, 0)
  return { dictionary: bytes }
}

/**
 * The window as one stored block before the message, whose output is dropped. Rejected: `dictionary`, which Deno 2.9 ignores for
 * raw inflate, so that the first distance into the window fails.
 */
function windowBlock(history: History): Buffer {
  const { length } = history
  if (length === 0) return Buffer.alloc(0)
  const block = Buffer.allocUnsafe(5 + length)
  block[0] = 0
  block.writeUInt16LE(length, 1)
  block.writeUInt16LE(length ^ 0xffff, 3)
  history.copyTo(block, 5)
  return block
}
