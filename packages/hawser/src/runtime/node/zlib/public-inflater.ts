import { constants, inflateRawSync } from 'node:zlib'
import {
  DeflateOutputError,
  type DeflateCallback,
  type Inflater,
  type InflateLimits,
  type InflaterOptions,
} from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { endsMessage, MESSAGE_END } from './message-end.ts'
import { SlidingWindow } from './sliding-window.ts'
import { storedBlock } from './stored-block.ts'
import { chunkSizeFor, inflateError, StreamInflation } from './stream-inflation.ts'
import type { TurnWork } from './turn-work.ts'

/** Most output of one synchronous call: 0.15 to 1 ms. */
const SYNC_OUTPUT = 262_144

/**
 * Decompresses with zlib's public API only. The window precedes each message as a stored block, whose output is dropped. Rejected:
 * `dictionary`, which Deno 2.9 ignores for raw inflate, so that the first distance into the window fails.
 */
export class PublicInflater implements Inflater {
  readonly #options: InflaterOptions
  readonly #asyncAbove: number
  readonly #turn: TurnWork
  readonly #window: SlidingWindow
  #inThreads: StreamInflation | undefined

  constructor(options: InflaterOptions, asyncAbove: number, turn: TurnWork) {
    this.#options = options
    this.#asyncAbove = asyncAbove
    this.#turn = turn
    this.#window = new SlidingWindow(options.windowBits)
  }

  get heldBytes(): number {
    return this.#window.heldBytes + (this.#inThreads?.heldBytes ?? 0)
  }

  inflate(message: Uint8Array, limits: InflateLimits, done: DeflateCallback): Uint8Array | undefined {
    const output = message.length > this.#asyncAbove || this.#turn.isExhausted ? undefined : this.#inflateNow(message, limits)
    if (output !== undefined) {
      this.#window.append(output)
      this.#endMessage()
      return output
    }
    const options = { windowBits: this.#options.windowBits, window: this.#window, limits }
    this.#inThreads = new StreamInflation(message, options, (result) => {
      this.#inThreads = undefined
      this.#endMessage()
      done(result)
    })
    return undefined
  }

  dispose(): void {
    this.#inThreads?.cancel()
    this.#inThreads = undefined
    this.#window.release()
  }

  /** @returns undefined for a message that grows too large for one call, or that has several streams */
  #inflateNow(message: Uint8Array, limits: InflateLimits): Uint8Array | undefined {
    const block = storedBlock(this.#window)
    const skip = this.#window.length
    const most = Math.min(limits.output, SYNC_OUTPUT)
    const options = {
      flush: constants.Z_SYNC_FLUSH,
      finishFlush: constants.Z_SYNC_FLUSH,
      windowBits: this.#options.windowBits,
      chunkSize: chunkSizeFor(most + skip),
      maxOutputLength: Math.max(1, most + skip),
      info: true,
    }
    try {
      // The types do not know `info`.
      const inflated = inflateRawSync(Buffer.concat([block, message, MESSAGE_END]), options) as unknown as {
        readonly buffer: Buffer
        readonly engine: { readonly bytesWritten: number }
      }
      const { buffer, engine } = inflated
      this.#turn.add(buffer.length)
      if (!endsMessage(message.length, engine.bytesWritten - block.length)) return undefined
      const output = buffer.subarray(skip)
      if (output.length > limits.output) throw new DeflateOutputError('the output exceeds its limit')
      return output.length * 2 < buffer.buffer.byteLength ? Buffer.from(output) : output
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw inflateError(error as Error)
      this.#turn.add(most)
      if (most < limits.output) return undefined
      throw new DeflateOutputError('the output exceeds its limit')
    }
  }

  #endMessage(): void {
    if (!this.#options.contextTakeover) this.#window.release()
  }
}
