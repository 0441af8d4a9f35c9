import { constants, deflateRawSync } from 'node:zlib'
import type { DeflateCallback, Deflater, DeflaterOptions } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import { zlibWindowBits, type CompressionLevels } from './handle.ts'
import { SlidingWindow } from './sliding-window.ts'
import { StreamDeflation, type StreamDeflationOptions } from './stream-deflation.ts'

/** Compresses with zlib's public API only. A `dictionary` keeps the context from one call to the next. */
export class PublicDeflater implements Deflater {
  readonly #options: DeflaterOptions
  readonly #levels: CompressionLevels
  readonly #asyncAbove: number
  readonly #window: SlidingWindow
  #inThreads: StreamDeflation | undefined

  constructor(options: DeflaterOptions, levels: CompressionLevels, asyncAbove: number) {
    this.#options = options
    this.#levels = levels
    this.#asyncAbove = asyncAbove
    this.#window = new SlidingWindow(options.windowBits)
  }

  get heldBytes(): number {
    return this.#window.heldBytes + (this.#inThreads?.heldBytes ?? 0)
  }

  deflate(bytes: Uint8Array, end: boolean, done: DeflateCallback): Uint8Array | undefined {
    const options: StreamDeflationOptions = {
      ...this.#levels,
      windowBits: zlibWindowBits(this.#options.windowBits),
      ...dictionary(this.#window),
    }
    const deflated = bytes.length > this.#asyncAbove ? undefined : deflateRawSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH })
    if (deflated === undefined) {
      this.#inThreads = new StreamDeflation(bytes, options, (result) => {
        this.#inThreads = undefined
        done(result)
      })
    }
    if (end && !this.#options.contextTakeover) this.#window.release()
    else this.#window.append(bytes)
    return deflated
  }

  forget(): void {
    if (this.#options.contextTakeover) this.#window.clear()
    else this.#window.release()
  }

  dispose(): void {
    this.#inThreads?.cancel()
    this.#inThreads = undefined
    this.#window.release()
  }
}

function dictionary(window: SlidingWindow): { dictionary?: Buffer } {
  if (window.length === 0) return {}
  const bytes = Buffer.allocUnsafe(window.length)
  window.copyTo(bytes, 0)
  return { dictionary: bytes }
}
