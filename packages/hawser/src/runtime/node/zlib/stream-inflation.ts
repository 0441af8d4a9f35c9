import { clearImmediate, setImmediate } from 'node:timers'
import { constants, createInflateRaw, type InflateRaw } from 'node:zlib'
import {
  DeflateDataError,
  DeflateOutputError,
  DeflateStreamsError,
  type DeflateCallback,
  type InflateLimits,
} from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { endsMessage, MESSAGE_END } from './message-end.ts'
import { OutputChunks } from './output-chunks.ts'
import type { SlidingWindow } from './sliding-window.ts'
import { storedBlock } from './stored-block.ts'

/** Input of one trip through the thread pool: work that a cancellation cannot take back. */
const INPUT_SLICE = 65_536
const OUTPUT_CHUNK = 65_536
/** Joining 16 MiB takes 12 ms, and decoding and handling them as much again: the event loop turns in between. */
const TURN_FROM = 1_048_576

export interface WholeMessage {
  readonly windowBits: number
  /** The output is appended to it. */
  readonly window: SlidingWindow
  readonly limits: InflateLimits
  /**
   * Takes over when the first stream ends inside the message. Default: a new zlib stream for each, 100 µs and more of CPU.
   * @param message the copy @param consumed bytes of the message and of MESSAGE_END
   */
  readonly resume?: (message: Uint8Array, consumed: number, output: OutputChunks) => void
}

/** Decompresses one whole message with zlib's streams, which work in the thread pool. */
export class StreamInflation {
  readonly #message: Uint8Array
  readonly #options: WholeMessage
  readonly #done: DeflateCallback
  readonly #output = new OutputChunks()
  #stream: InflateRaw | undefined
  #streams = 0
  #consumed = 0
  #immediate: NodeJS.Immediate | undefined

  /** @param message is copied @param done is not called before the constructor returns, nor after `cancel` */
  constructor(message: Uint8Array, options: WholeMessage, done: DeflateCallback) {
    this.#message = new Uint8Array(message)
    this.#options = options
    this.#done = done
    this.#beginStream()
  }

  get heldBytes(): number {
    return this.#message.length + this.#output.length + 2 ** this.#options.windowBits + OUTPUT_CHUNK
  }

  /** Ends the work with the slice that a thread has. */
  cancel(): void {
    clearImmediate(this.#immediate)
    this.#stream?.destroy()
    this.#stream = undefined
    this.#output.clear()
  }

  #beginStream(): void {
    const { windowBits, window, limits } = this.#options
    if (++this.#streams > limits.streams) throw new DeflateStreamsError('the streams exceed their limit')
    const block = storedBlock(window)
    let skip = window.length
    const chunkSize = chunkSizeFor(limits.output - this.#output.length + skip)
    const stream = createInflateRaw({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH, windowBits, chunkSize })
    this.#stream = stream
    const react = (action: () => Uint8Array | undefined): void => {
      if (stream === this.#stream) this.#attempt(action)
    }
    stream.on('data', (chunk: Buffer) => {
      react(() => {
        const output = chunk.subarray(skip)
        skip -= chunk.length - output.length
        return this.#take(output)
      })
    })
    stream.on('end', () => react(() => this.#endStream(stream.bytesWritten - block.length)))
    stream.on('error', (error) => {
      react(() => {
        throw inflateError(error)
      })
    })
    if (block.length > 0) stream.write(block)
    this.#writeSlice(stream, this.#consumed)
  }

  #writeSlice(stream: InflateRaw, from: number): void {
    const message = this.#message
    if (from >= message.length) {
      stream.end(MESSAGE_END.subarray(from - message.length))
      return
    }
    const to = Math.min(message.length, from + INPUT_SLICE)
    stream.write(message.subarray(from, to), () => {
      if (stream === this.#stream) this.#writeSlice(stream, to)
    })
  }

  #take(output: Buffer): undefined {
    if (this.#output.length + output.length > this.#options.limits.output) throw new DeflateOutputError('the output exceeds its limit')
    this.#output.add(output)
    this.#options.window.append(output)
  }

  #endStream(consumed: number): Uint8Array | undefined {
    this.#stream?.destroy()
    this.#stream = undefined
    this.#consumed += consumed
    if (!endsMessage(this.#message.length, this.#consumed)) {
      if (this.#options.resume === undefined) this.#beginStream()
      else this.#options.resume(this.#message, this.#consumed, this.#output)
      return undefined
    }
    if (this.#output.length <= TURN_FROM) return this.#output.take()
    this.#immediate = setImmediate(() => this.#attempt(() => this.#output.take()))
    return undefined
  }

  /** Errors of `action` end the work; those of `done` are its own. */
  #attempt(action: () => Uint8Array | undefined): void {
    let result: Uint8Array | Error | undefined
    try {
      result = action()
    } catch (error) {
      result = error as Error
    }
    if (result === undefined) return
    this.cancel()
    this.#done(result)
  }
}

/** @param error of zlib's functions */
export function inflateError(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException
  return code === 'Z_DATA_ERROR' || code === 'Z_NEED_DICT' || code === 'Z_BUF_ERROR' ? new DeflateDataError(error.message) : error
}

/** Chunks that fill the allowed output and one byte exactly, so that no more is held when it is exceeded. */
export function chunkSizeFor(output: number): number {
  const most = Math.min(output + 1, Number.MAX_SAFE_INTEGER)
  return Math.max(64, Math.ceil(most / Math.ceil(most / OUTPUT_CHUNK)))
}
