import { clearImmediate, setImmediate } from 'node:timers'
import type { DeflateCallback, Inflater, InflateLimits, InflaterOptions } from '../../../core/extensions/permessage-deflate/deflate-codec.ts'
import type { Decompressor, DecompressorPool } from './decompressor-pool.ts'
import type { OutputChunks } from './output-chunks.ts'
import { SlidingWindow } from './sliding-window.ts'
import { StreamInflation } from './stream-inflation.ts'
import type { ZlibThreads } from './threads.ts'

/** One connection's receiver over the pool. Between messages it holds the window, or nothing without context takeover. */
export class HandleInflater implements Inflater {
  readonly #pool: DecompressorPool
  readonly #options: InflaterOptions
  readonly #asyncAbove: number
  readonly #threads: Pick<ZlibThreads, 'exist'>
  readonly #window: SlidingWindow | undefined
  /** Of the message in progress, on the event loop or in the thread pool. */
  #decompressor: Decompressor | undefined
  #immediate: NodeJS.Immediate | undefined
  #inThreads: StreamInflation | undefined

  constructor(pool: DecompressorPool, options: InflaterOptions, asyncAbove: number, threads: Pick<ZlibThreads, 'exist'> = { exist: true }) {
    this.#pool = pool
    this.#options = options
    this.#asyncAbove = asyncAbove
    this.#threads = threads
    this.#window = options.contextTakeover ? new SlidingWindow(options.windowBits) : undefined
  }

  get heldBytes(): number {
    return (this.#window?.heldBytes ?? 0) + (this.#decompressor?.heldBytes ?? 0) + (this.#inThreads?.heldBytes ?? 0)
  }

  inflate(message: Uint8Array, limits: InflateLimits, done: DeflateCallback): Uint8Array | undefined {
    if (message.length > this.#asyncAbove && this.#threads.exist) {
      this.#inflateInThreads(message, limits, done)
      return undefined
    }
    const decompressor = (this.#decompressor = this.#pool.acquire(this.#options.windowBits))
    decompressor.begin(message, this.#window, limits)
    if (!this.#pool.turn.isExhausted && decompressor.step()) return this.#end(decompressor)
    decompressor.copyInput()
    this.#later(decompressor, done)
    return undefined
  }

  dispose(): void {
    clearImmediate(this.#immediate)
    this.#inThreads?.cancel()
    this.#inThreads = undefined
    this.#giveBack()
    this.#window?.release()
  }

  #inflateInThreads(message: Uint8Array, limits: InflateLimits, done: DeflateCallback): void {
    const { windowBits } = this.#options
    const window = this.#window ?? new SlidingWindow(windowBits)
    const resume = (copy: Uint8Array, consumed: number, output: OutputChunks): void => {
      this.#inThreads = undefined
      const decompressor = (this.#decompressor = this.#pool.acquire(windowBits))
      decompressor.resume(copy, window, limits, consumed, output)
      this.#later(decompressor, done)
    }
    this.#inThreads = new StreamInflation(message, { windowBits, window, limits, resume }, (result) => {
      this.#inThreads = undefined
      done(result)
    })
  }

  #later(decompressor: Decompressor, done: DeflateCallback): void {
    this.#immediate = setImmediate(() => {
      let result: Uint8Array | Error
      try {
        if (!decompressor.step()) {
          this.#later(decompressor, done)
          return
        }
        result = this.#end(decompressor)
      } catch (error) {
        result = error as Error
      }
      done(result)
    })
  }

  #end(decompressor: Decompressor): Uint8Array {
    const result = decompressor.result()
    this.#giveBack()
    return result
  }

  #giveBack(): void {
    if (this.#decompressor !== undefined) this.#pool.release(this.#decompressor)
    this.#decompressor = undefined
  }
}
