import type { DeflateCallback, Deflater, DeflaterOptions } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { compressorBytes, deflateWith, type Compressor, type CompressorOwner, type CompressorPool } from './compressor-pool.ts'
import { ZlibHandle, zlibWindowBits } from './handle.ts'
import { SliceDeflation } from './slice-deflation.ts'
import { StreamDeflation } from './stream-deflation.ts'
import type { ZlibThreads } from './threads.ts'

/** One connection's sender over the pool. Without context takeover it holds a compressor only within a message. */
export class HandleDeflater implements Deflater, CompressorOwner {
  readonly #pool: CompressorPool
  readonly #options: DeflaterOptions
  readonly #asyncAbove: number
  readonly #threads: Pick<ZlibThreads, 'exist'>
  #compressor: Compressor | undefined
  #inProgress: StreamDeflation | SliceDeflation | undefined

  constructor(pool: CompressorPool, options: DeflaterOptions, asyncAbove: number, threads: Pick<ZlibThreads, 'exist'> = { exist: true }) {
    this.#pool = pool
    this.#options = options
    this.#asyncAbove = asyncAbove
    this.#threads = threads
  }

  get heldBytes(): number {
    const { windowBits } = this.#options
    const compressor = this.#compressor === undefined ? 0 : compressorBytes(windowBits, this.#pool.levels.memLevel)
    return compressor + (this.#inProgress?.heldBytes ?? 0)
  }

  deflate(bytes: Uint8Array, end: boolean, done: DeflateCallback): Uint8Array | undefined {
    if (bytes.length > this.#asyncAbove) {
      // The compressor's window would lack this message, and all distances into it would be wrong.
      this.forget()
      this.#deflateLater(bytes, done)
      return undefined
    }
    const compressor = (this.#compressor ??= this.#pool.acquire(this, this.#options.windowBits))
    this.#pool.touch(compressor)
    let deflated: Uint8Array
    try {
      deflated = deflateWith(compressor.handle, bytes, this.#pool.scratch)
    } catch (error) {
      this.#pool.discard(compressor)
      throw error
    }
    if (end && !this.#options.contextTakeover) this.forget()
    return deflated
  }

  forget(): void {
    if (this.#compressor !== undefined) this.#pool.release(this.#compressor)
  }

  dispose(): void {
    this.#inProgress?.cancel()
    this.#inProgress = undefined
    this.forget()
  }

  lost(): void {
    this.#compressor = undefined
  }

  #deflateLater(bytes: Uint8Array, done: DeflateCallback): void {
    const { windowBits } = this.#options
    const { levels } = this.#pool
    const finish: DeflateCallback = (result) => {
      this.#inProgress = undefined
      done(result)
    }
    this.#inProgress = this.#threads.exist
      ? new StreamDeflation(bytes, { ...levels, windowBits: zlibWindowBits(windowBits) }, finish)
      : new SliceDeflation(bytes, ZlibHandle.deflate(windowBits, levels), () => this.#pool.scratch, finish)
  }
}
