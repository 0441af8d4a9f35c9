import { setImmediate } from 'node:timers'
import { DeflateBudgetError, DeflateDataError, type Inflater, type InflaterOptions } from '../../core/extensions/permessage-deflate/deflate-codec.ts'
import { ZlibHandle } from './deflate-handle.ts'
import { History } from './deflate-history.ts'
import type { Sweepable } from './deflate-idle.ts'
import { inflateInThreadPool, MESSAGE_END, TRUNCATED } from './deflate-public.ts'
import type { ZlibThreads } from './deflate-threads.ts'

const SCRATCH_BYTES = 65_536
/** What is inflated before the event loop gets a turn: 256 KiB take 0.3 to 1 ms. */
const SLICE_BYTES = 262_144
const STORED_BLOCK_HEADER = 5

/** A native decompressor, lent out for one message at a time. */
interface Decompressor {
  readonly handle: ZlibHandle
  readonly windowBits: number
  /** The window of a message without context takeover, for a stream that ends inside of the message. */
  readonly history: History
  period: number
}

/**
 * Decompressors are lent for a message, not owned by a connection: a connection keeps its window, 4 KiB at the defaults, and
 * the next message starts by loading it as one stored block. That costs 0.25 µs at 4 KiB, saves 16 kB a connection, and is
 * what lets every message be checked to end at the end of a block, since a stream can be ended without losing its window.
 */
export class DecompressorPool implements Sweepable {
  readonly #free: Decompressor[] = []
  readonly #allocated: () => void
  #scratch: Buffer | undefined
  #block: Buffer | undefined
  #lent = 0
  #period = 0

  constructor(allocated: () => void) {
    this.#allocated = allocated
  }

  get size(): number {
    return this.#free.length + this.#lent
  }

  get scratch(): Buffer {
    return (this.#scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES))
  }

  acquire(windowBits: number, history: History | undefined): Decompressor {
    const index = this.#free.findLastIndex((free) => free.windowBits === windowBits)
    const decompressor = index >= 0 ? this.#free.splice(index, 1)[0] : undefined
    const lent = decompressor ?? this.#open(windowBits)
    lent.period = this.#period
    lent.history.clear()
    this.#lent++
    this.restart(lent, history ?? lent.history)
    return lent
  }

  release(decompressor: Decompressor): void {
    this.#lent--
    this.#free.push(decompressor)
  }

  /** A new stream whose window is `history`. */
  restart({ handle }: Decompressor, history: History): void {
    handle.reset()
    const { length } = history
    if (length === 0) return
    const block = (this.#block ??= Buffer.allocUnsafeSlow(STORED_BLOCK_HEADER + 32_768))
    block[0] = 0
    block.writeUInt16LE(length, 1)
    block.writeUInt16LE(length ^ 0xffff, 3)
    handle.write(block, 0, history.copyTo(block, STORED_BLOCK_HEADER), this.scratch, 0, SCRATCH_BYTES)
  }

  sweep(): boolean {
    for (let i = this.#free.length - 1; i >= 0; i--) {
      if (this.#free[i]?.period !== this.#period) this.#free.splice(i, 1)[0]?.handle.close()
    }
    this.#period++
    if (this.size === 0) this.#scratch = this.#block = undefined
    return this.size !== 0
  }

  #open(windowBits: number): Decompressor {
    this.#allocated()
    return { handle: ZlibHandle.inflate(windowBits), windowBits, history: new History(windowBits), period: this.#period }
  }
}

/** One connection's receiver. Between messages it holds the window, or nothing without context takeover. */
export class HandleInflater implements Inflater {
  readonly #pool: DecompressorPool
  readonly #options: InflaterOptions
  readonly #asyncAbove: number
  readonly #threads: Pick<ZlibThreads, 'exist'>
  readonly #window: History | undefined
  #decompressor: Decompressor | undefined
  #disposed = false
  /** The call in progress. */
  #input: Uint8Array = MESSAGE_END
  #offset = 0
  #end = false
  #left = 0
  #chunks: Uint8Array[] = []

  constructor(pool: DecompressorPool, options: InflaterOptions, asyncAbove: number, threads: Pick<ZlibThreads, 'exist'> = { exist: true }) {
    this.#pool = pool
    this.#options = options
    this.#asyncAbove = asyncAbove
    this.#threads = threads
    this.#window = options.contextTakeover ? new History(options.windowBits) : undefined
  }

  get heldBytes(): number {
    return (this.#window?.heldBytes ?? 0) + (this.#decompressor === undefined ? 0 : decompressorBytes(this.#options.windowBits))
  }

  inflate(bytes: Uint8Array, end: boolean, budget: number): Uint8Array | Promise<Uint8Array> {
    const { windowBits } = this.#options
    if (this.#decompressor === undefined) {
      if (end && bytes.length > this.#asyncAbove && this.#threads.exist) {
        return inflateInThreadPool(bytes, { windowBits, history: this.#window ?? new History(windowBits), budget })
      }
      this.#decompressor = this.#pool.acquire(windowBits, this.#window)
    }
    this.#input = bytes
    this.#offset = 0
    this.#end = end
    this.#left = budget
    return this.#step(this.#decompressor) ? this.#result() : this.#inSlices(this.#decompressor)
  }

  dispose(): void {
    this.#disposed = true
    this.#window?.release()
    this.#chunks = []
    this.#giveBack()
  }

  async #inSlices(decompressor: Decompressor): Promise<Uint8Array> {
    do await new Promise<void>((resolve) => void setImmediate(resolve))
    while (!this.#disposed && !this.#step(decompressor))
    return this.#result()
  }

  /** Inflates up to a slice. @returns whether the call's input is used up */
  #step(decompressor: Decompressor): boolean {
    const { handle } = decompressor
    const { scratch } = this.#pool
    let filled = 0
    let slice = 0
    for (;;) {
      if (filled === scratch.length) {
        this.#take(decompressor, scratch, filled)
        slice += filled
        filled = 0
        if (slice >= SLICE_BYTES) return false
      }
      // With the budget used up, one byte of room tells a message that ends here from one that goes on.
      const room = Math.min(scratch.length - filled, Math.max(1, this.#left))
      const input = this.#input
      handle.write(input, this.#offset, input.length - this.#offset, scratch, filled, room)
      if (handle.error !== undefined) throw new DeflateDataError(handle.error)
      const wrote = room - handle.outputLeft
      if (wrote > this.#left) throw new DeflateBudgetError('more than the budget')
      const progress = handle.inputLeft !== input.length - this.#offset
      this.#left -= wrote
      filled += wrote
      this.#offset = input.length - handle.inputLeft
      if (handle.outputLeft === 0) continue
      if (handle.inputLeft === 0) {
        if (input === MESSAGE_END) throw new DeflateDataError(TRUNCATED)
        if (this.#end) {
          this.#input = MESSAGE_END
          this.#offset = 0
          continue
        }
        this.#take(decompressor, scratch, filled)
        return true
      }
      // The stream ended: with our own last block, with the message's last byte, or inside of the message (section 7.2.3.4).
      this.#take(decompressor, scratch, filled)
      filled = 0
      if (input === MESSAGE_END && (handle.inputLeft === 1 || !progress)) {
        this.#giveBack()
        return true
      }
      this.#pool.restart(decompressor, this.#window ?? decompressor.history)
    }
  }

  #take(decompressor: Decompressor, scratch: Buffer, length: number): void {
    if (length === 0) return
    const bytes = Buffer.allocUnsafe(length)
    scratch.copy(bytes, 0, 0, length)
    this.#chunks.push(bytes)
    const history = this.#window ?? decompressor.history
    history.append(bytes)
  }

  #result(): Uint8Array {
    const [first, second] = this.#chunks
    const result = second !== undefined ? Buffer.concat(this.#chunks) : (first ?? Buffer.alloc(0))
    this.#chunks = []
    this.#input = MESSAGE_END
    return new Uint8Array(result.buffer, result.byteOffset, result.byteLength)
  }

  #giveBack(): void {
    if (this.#decompressor !== undefined) this.#pool.release(this.#decompressor)
    this.#decompressor = undefined
  }
}

/** zlib's formula: the window, and 7 kB of state. */
export function decompressorBytes(windowBits: number): number {
  return 2 ** windowBits + 7168
}
