import { ZlibHandle, zlibWindowBits, type CompressionLevels } from './handle.ts'
import type { Sweepable } from './idle-sweep.ts'

const SCRATCH_BYTES = 65_536

/** Uses a compressor until the pool takes it back. */
export interface CompressorOwner {
  /** The pool took the compressor, and the window with it. */
  lost(): void
}

/** A native compressor, and the owner of the window in it. */
export interface Compressor {
  readonly handle: ZlibHandle
  readonly windowBits: number
  owner: CompressorOwner | undefined
  period: number
}

/**
 * A bounded number of compressors for any number of connections. A connection that needs one when all are taken gets the one used
 * longest ago; the former owner's next message has an empty window, as a sender's may. A compressor is reset before it changes hands: no
 * distance in the output of one connection reaches the content of another.
 * Rejected: one per connection, 104 kB each on Node (bench/micro/deflate.ts, "memory"), most of it zlib's hash table.
 */
export class CompressorPool implements Sweepable {
  readonly levels: CompressionLevels
  readonly #most: number
  readonly #allocated: () => void
  /** Those with an owner, the one used longest ago first. */
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

  /** @returns a compressor with an empty window */
  acquire(owner: CompressorOwner, windowBits: number): Compressor {
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

  /** Closes a compressor that failed. */
  discard(compressor: Compressor): void {
    this.#disown(compressor)
    compressor.handle.close()
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

/**
 * zlib's own formula, `(1 << (windowBits + 2)) + (1 << (memLevel + 9))`, with the hash table that the zlib in Node has on
 * processors with CRC instructions: 2^15 entries of two bytes whatever the memLevel, and four bytes a pending symbol.
 */
export function compressorBytes(windowBits: number, memLevel: number): number {
  return 2 ** (zlibWindowBits(windowBits) + 2) + 2 * 2 ** Math.max(15, memLevel + 7) + 2 ** (memLevel + 8) + 8192
}

/**
 * Compresses all of `bytes` and flushes.
 * @param scratch has the output of other connections in it: nothing is read that this call did not write
 */
export function deflateWith(handle: ZlibHandle, bytes: Uint8Array, scratch: Buffer): Uint8Array {
  const first = write(handle, bytes, 0, scratch)
  if (handle.outputLeft !== 0) return first
  const chunks = [first]
  do chunks.push(write(handle, bytes, bytes.length - handle.inputLeft, scratch))
  while (handle.outputLeft === 0)
  return Buffer.concat(chunks)
}

function write(handle: ZlibHandle, bytes: Uint8Array, from: number, scratch: Buffer): Uint8Array {
  handle.write(bytes, from, bytes.length - from, scratch, 0, scratch.length)
  if (handle.error !== undefined) throw handle.error
  const length = scratch.length - handle.outputLeft
  const output = Buffer.allocUnsafe(length)
  scratch.copy(output, 0, 0, length)
  return output
}
