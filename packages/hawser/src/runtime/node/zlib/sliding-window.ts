const EMPTY: Buffer = Buffer.alloc(0)

/**
 * The LZ77 sliding window of one direction of a connection: the last bytes of its messages, in a ring that grows with its content, so
 * that a connection with few small messages holds no more than those.
 */
export class SlidingWindow {
  readonly #windowBytes: number
  #ring: Buffer = EMPTY
  #next = 0
  #length = 0

  constructor(windowBits: number) {
    this.#windowBytes = 2 ** windowBits
  }

  get length(): number {
    return this.#length
  }

  get heldBytes(): number {
    return this.#ring.length
  }

  append(bytes: Uint8Array): void {
    const size = this.#windowBytes
    const tail = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes
    if (this.#ring.length < size && this.#length + tail.length > this.#ring.length) this.#grow(this.#length + tail.length)
    const capacity = this.#ring.length
    const room = capacity - this.#next
    if (tail.length <= room) this.#ring.set(tail, this.#next)
    else {
      this.#ring.set(tail.subarray(0, room), this.#next)
      this.#ring.set(tail.subarray(room), 0)
    }
    this.#next = capacity === 0 ? 0 : (this.#next + tail.length) % capacity
    this.#length = Math.min(this.#length + tail.length, size)
  }

  /** Writes the window, oldest byte first, and returns the offset after it. */
  copyTo(target: Uint8Array, offset: number): number {
    const start = this.#next - this.#length
    if (start >= 0) target.set(this.#ring.subarray(start, this.#next), offset)
    else {
      target.set(this.#ring.subarray(this.#ring.length + start), offset)
      target.set(this.#ring.subarray(0, this.#next), offset - start)
    }
    return offset + this.#length
  }

  clear(): void {
    this.#next = 0
    this.#length = 0
  }

  release(): void {
    this.#ring = EMPTY
    this.clear()
  }

  /** Doubles up to the window. Not wrapped yet: the ring wraps only at its full size. */
  #grow(needed: number): void {
    let capacity = Math.max(256, this.#ring.length)
    while (capacity < needed && capacity < this.#windowBytes) capacity *= 2
    const ring = Buffer.allocUnsafeSlow(Math.min(capacity, this.#windowBytes))
    const length = this.#length
    this.copyTo(ring, 0)
    this.#ring = ring
    this.#next = length % ring.length
  }
}
