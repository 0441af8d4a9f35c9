import { constants, createDeflateRaw } from 'node:zlib'
import type { DeflateCallback } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { compressorBytes } from './compressor-pool.ts'
import type { CompressionLevels } from './handle.ts'
import { OutputChunks } from './output-chunks.ts'

/** Input of one trip through the thread pool, 2 to 6 ms: work that a cancellation cannot take back. */
const INPUT_SLICE = 262_144
const LEAST_CHUNK = 65_536
const LARGEST_CHUNK = 1_048_576

export interface StreamDeflationOptions extends CompressionLevels {
  /** As zlib takes it. */
  readonly windowBits: number
  readonly dictionary?: Buffer
}

/** Compresses one fragment with zlib's streams, which work in the thread pool. */
export class StreamDeflation {
  readonly #output = new OutputChunks()
  /** The input, the chunk to be filled, and the compressor. */
  readonly #workBytes: number
  #cancel: () => void

  /** @param input is copied @param done is not called before the constructor returns, nor after `cancel` */
  constructor(input: Uint8Array, options: StreamDeflationOptions, done: DeflateCallback) {
    const bytes = new Uint8Array(input)
    const chunkSize = Math.min(LARGEST_CHUNK, Math.max(LEAST_CHUNK, bytes.length >>> 1))
    this.#workBytes = bytes.length + chunkSize + compressorBytes(options.windowBits, options.memLevel)
    const stream = createDeflateRaw({ ...options, finishFlush: constants.Z_SYNC_FLUSH, chunkSize })
    let cancelled = false
    this.#cancel = () => {
      cancelled = true
      stream.destroy()
      this.#output.clear()
    }
    const writeFrom = (from: number): void => {
      const to = from + INPUT_SLICE
      if (cancelled) return
      if (to >= bytes.length) stream.end(bytes.subarray(from))
      else stream.write(bytes.subarray(from, to), () => writeFrom(to))
    }
    const finish = (result: Uint8Array | Error): void => {
      this.cancel()
      done(result)
    }
    stream.on('data', (chunk: Buffer) => {
      if (!cancelled) this.#output.add(chunk)
    })
    stream.on('end', () => {
      if (!cancelled) finish(this.#output.take())
    })
    stream.on('error', (error) => {
      if (!cancelled) finish(error)
    })
    writeFrom(0)
  }

  get heldBytes(): number {
    return this.#workBytes + this.#output.length
  }

  /** Ends the work with the slice that a thread has. */
  cancel(): void {
    this.#cancel()
  }
}
