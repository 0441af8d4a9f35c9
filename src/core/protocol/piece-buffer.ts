import type { BufferPool } from '../platform.ts'

/** A buffer never grows beyond this many times what has arrived: a length that is only claimed costs nothing. */
const TRUST = 16
/** Pools round up: below this the rounding would cost more than borrowing saves. */
const BORROW_FROM = 32768

/** One growing buffer for pieces that arrive one by one; it holds nothing before the first. */
export class PieceBuffer {
  length = 0
  private bytes: Uint8Array | undefined
  private borrowed = false
  private readonly pool: BufferPool | undefined

  /** @param pool where large buffers come from, if nobody keeps what `take` gave beyond `clear` */
  constructor(pool?: BufferPool) {
    this.pool = pool
  }

  get capacity(): number {
    return this.bytes === undefined ? 0 : this.bytes.length
  }

  /**
   * @param expected the length that is known to come, this piece included; what follows it is unknown when `open`
   * @returns false when more than `ceiling` bytes would be held
   */
  append(source: Uint8Array, start: number, end: number, expected: number, open: boolean, ceiling: number): boolean {
    if (start === end) return true
    const needed = this.length + end - start
    let bytes = this.bytes
    if (bytes === undefined || bytes.length < needed) {
      if (needed > ceiling) return false
      const doubled = this.capacity * 2
      const wanted = open ? Math.max(doubled, Math.min(expected, needed * TRUST)) : Math.min(expected, Math.max(doubled, needed * TRUST))
      bytes = this.grow(Math.min(ceiling, Math.max(needed, wanted)))
    }
    bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.length)
    this.length = needed
    return true
  }

  /** What was appended, valid until `clear`; nothing may be appended before that. */
  take(): Uint8Array {
    const bytes = this.bytes ?? new Uint8Array(0)
    return bytes.length === this.length ? bytes : bytes.subarray(0, this.length)
  }

  /** Empties it, and gives a borrowed buffer back. */
  clear(): void {
    if (this.borrowed) this.pool!.release(this.bytes!)
    this.bytes = undefined
    this.borrowed = false
    this.length = 0
  }

  private grow(size: number): Uint8Array {
    const old = this.bytes
    const wasBorrowed = this.borrowed
    this.borrowed = this.pool !== undefined && size >= BORROW_FROM
    const bytes = this.borrowed ? this.pool!.acquire(size) : new Uint8Array(size)
    if (old !== undefined) {
      bytes.set(old.length === this.length ? old : old.subarray(0, this.length))
      if (wasBorrowed) this.pool!.release(old)
    }
    this.bytes = bytes
    return bytes
  }
}
