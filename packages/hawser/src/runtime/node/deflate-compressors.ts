import { setImmediate } from 'node:timers'
import type { Deflater, DeflaterOptions } from '../../core/extensions/permessage-deflate/deflate-codec.ts'
import { ZlibHandle, zlibWindowBits, type CompressionLevels } from './deflate-handle.ts'
import type { Sweepable } from './deflate-idle.ts'
import { deflateInThreadPool } from './deflate-public.ts'
import type { ZlibThreads } from './deflate-threads.ts'

const SCRATCH_BYTES = 65_536
/** What is compressed before the event loop gets a turn, where there are no threads: 0.7 to 1.5 ms. */
const SLICE_BYTES = 65_536

/** A native compressor, and whose window it holds. */
interface Compressor {
  readonly handle: ZlibHandle
  readonly windowBits: number
  owner: HandleDeflater | undefined
  period: number
}

/**
 * At most so many compressors as there are connections that send at about the same time. A connection that needs one when
 * all are taken gets the one that was used longest ago; its former owner goes on with an empty window, as a sender may.
 * Rejected: one per connection, 104 kB each on Node (bench/micro/deflate.ts, "memory"), most of it zlib's hash table.
 */
export class CompressorPool implements Sweepable {
  readonly levels: CompressionLevels
  readonly #most: number
  readonly #allocated: () => void
  /** With an owner, the one used longest ago first. */
  readonly #owned = new Set<Compressor>()
  #latest: Compressor | undefined
  readonly #free: Compressor[] = []
  #scratch: Buffer | undefined
  /** Counts sweeps. */
  #period = 0

  constructor(levels: CompressionLevels, most: number, allocated: () => void) {
    this.levels = levels
    this.#most = most
    this.#allocated = allocated
  }

  get size(): number {
    return this.#owned.size + this.#free.length
  }

  get scratch(): Buffer {
    return (this.#scratch ??= Buffer.allocUnsafeSlow(SCRATCH_BYTES))
  }

  /** With an empty window. */
  acquire(owner: HandleDeflater, windowBits: number): Compressor {
    const compressor = this.#takeFree(windowBits) ?? (this.size < this.#most ? undefined : this.#takeOldest(windowBits)) ?? this.#open(windowBits)
    compressor.handle.reset()
    compressor.owner = owner
    this.touch(compressor)
    return compressor
  }

  touch(compressor: Compressor): void {
    compressor.period = this.#period
    if (compressor === this.#latest) return
    this.#owned.delete(compressor)
    this.#owned.add(compressor)
    this.#latest = compressor
  }

  release(compressor: Compressor): void {
    this.#disown(compressor)
    this.#free.push(compressor)
  }

  sweep(): boolean {
    for (const compressor of this.#owned) {
      if (compressor.period === this.#period) break
      this.#disown(compressor)
      compressor.handle.close()
    }
    for (let i = this.#free.length - 1; i >= 0; i--) {
      if (this.#free[i]?.period !== this.#period) this.#free.splice(i, 1)[0]?.handle.close()
    }
    this.#period++
    if (this.size === 0) this.#scratch = undefined
    return this.size !== 0
  }

  #open(windowBits: number): Compressor {
    this.#allocated()
    return { handle: ZlibHandle.deflate(windowBits, this.levels), windowBits, owner: undefined, period: this.#period }
  }

  #takeFree(windowBits: number): Compressor | undefined {
    const index = this.#free.findLastIndex((compressor) => compressor.windowBits === windowBits)
    if (index >= 0) return this.#free.splice(index, 1)[0]
    if (this.size >= this.#most) this.#free.pop()?.handle.close()
    return undefined
  }

  #takeOldest(windowBits: number): Compressor | undefined {
    const [oldest] = this.#owned
    if (oldest === undefined) return undefined
    this.#disown(oldest)
    if (oldest.windowBits === windowBits) return oldest
    oldest.handle.close()
    return undefined
  }

  #disown(compressor: Compressor): void {
    compressor.owner?.lost()
    compressor.owner = undefined
    this.#owned.delete(compressor)
    if (this.#latest === compressor) this.#latest = undefined
  }
}

/** One connection's sender over the pool. Without context takeover it holds a compressor only inside of a message. */
export class HandleDeflater implements Deflater {
  readonly #pool: CompressorPool
  readonly #options: DeflaterOptions
  readonly #asyncAbove: number
  readonly #threads: Pick<ZlibThreads, 'exist'>
  #compressor: Compressor | undefined

  constructor(pool: CompressorPool, options: DeflaterOptions, asyncAbove: number, threads: Pick<ZlibThreads, 'exist'> = { exist: true }) {
    this.#pool = pool
    this.#options = options
    this.#asyncAbove = asyncAbove
    this.#threads = threads
  }

  get heldBytes(): number {
    return this.#compressor === undefined ? 0 : compressorBytes(this.#options.windowBits, this.#pool.levels.memLevel)
  }

  deflate(bytes: Uint8Array, end: boolean): Uint8Array | Promise<Uint8Array> {
    if (bytes.length > this.#asyncAbove) {
      // The compressor's window would lack this message, and with it all distances would be wrong.
      this.forget()
      const { windowBits } = this.#options
      if (!this.#threads.exist) return deflateInSlices(bytes, ZlibHandle.deflate(windowBits, this.#pool.levels), this.#pool)
      return deflateInThreadPool(bytes, { ...this.#pool.levels, windowBits: zlibWindowBits(windowBits) })
    }
    if (this.#compressor === undefined) this.#compressor = this.#pool.acquire(this, this.#options.windowBits)
    else this.#pool.touch(this.#compressor)
    const deflated = run(this.#compressor.handle, bytes, this.#pool.scratch)
    if (end && !this.#options.contextTakeover) this.forget()
    return deflated
  }

  forget(): void {
    if (this.#compressor !== undefined) this.#pool.release(this.#compressor)
  }

  dispose(): void {
    this.forget()
  }

  /** @internal The pool took the compressor. */
  lost(): void {
    this.#compressor = undefined
  }
}

/**
 * zlib's own formula, `(1 << (windowBits + 2)) + (1 << (memLevel + 9))`, with the hash table that the zlib in Node has on
 * processors with CRC instructions: 2^15 entries of two bytes whatever the memLevel, and four bytes a pending symbol.
 */
export function compressorBytes(windowBits: number, memLevel: number): number {
  return 2 ** (zlibWindowBits(windowBits) + 2) + 2 * 2 ** Math.max(15, memLevel + 7) + 2 ** (memLevel + 8) + 8192
}

async function deflateInSlices(bytes: Uint8Array, handle: ZlibHandle, pool: CompressorPool): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  try {
    for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
      chunks.push(run(handle, bytes.subarray(from, from + SLICE_BYTES), pool.scratch))
      await new Promise<void>((resolve) => void setImmediate(resolve))
    }
  } finally {
    handle.close()
  }
  return Buffer.concat(chunks)
}

function run(handle: ZlibHandle, bytes: Uint8Array, scratch: Buffer): Uint8Array {
  handle.write(bytes, 0, bytes.length, scratch, 0, scratch.length)
  const first = copy(scratch, scratch.length - handle.outputLeft)
  if (handle.outputLeft !== 0) return first
  const chunks = [first]
  do {
    handle.write(bytes, bytes.length - handle.inputLeft, handle.inputLeft, scratch, 0, scratch.length)
    chunks.push(copy(scratch, scratch.length - handle.outputLeft))
  } while (handle.outputLeft === 0)
  return Buffer.concat(chunks)
}

function copy(scratch: Buffer, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length)
  scratch.copy(bytes, 0, 0, length)
  return bytes
}
