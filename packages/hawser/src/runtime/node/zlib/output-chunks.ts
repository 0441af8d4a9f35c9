/** The output of one message as it is produced. */
export class OutputChunks {
  /** Bytes of output. */
  length = 0
  #chunks: Uint8Array[] = []

  /** Takes a copy of `bytes`, which its owner will overwrite. @returns the copy */
  copy(bytes: Uint8Array): Uint8Array {
    const copy = Buffer.allocUnsafe(bytes.length)
    copy.set(bytes)
    this.#push(copy)
    return copy
  }

  /** Takes `bytes`, or a copy where they are the smaller part of their buffer, which would be held with them. */
  add(bytes: Buffer): void {
    if (bytes.length === 0) return
    if (bytes.length * 2 < bytes.buffer.byteLength) this.copy(bytes)
    else this.#push(bytes)
  }

  /** All of the output, in one piece; leaves nothing behind. */
  take(): Uint8Array {
    const [first, second] = this.#chunks
    const whole = second === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks, this.length)
    this.clear()
    return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength)
  }

  clear(): void {
    this.#chunks = []
    this.length = 0
  }

  #push(bytes: Uint8Array): void {
    this.#chunks.push(bytes)
    this.length += bytes.length
  }
}
