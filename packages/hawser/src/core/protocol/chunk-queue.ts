/** Received chunks that are not parsed yet, in order; the first from an offset on. */
export class ChunkQueue {
  /** Bytes of memory that the chunks hold. */
  bytes = 0
  #chunks: Uint8Array[] = []
  #head = 0
  #start = 0

  get isEmpty(): boolean {
    return this.#head === this.#chunks.length
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.bytes += chunk.length
  }

  /** The oldest chunk and where to begin in it. */
  first(): { readonly chunk: Uint8Array; readonly start: number } {
    return { chunk: this.#chunks[this.#head]!, start: this.#start }
  }

  /** The oldest chunk is used up to `position`. A small rest does not keep a large chunk alive. */
  use(position: number): void {
    const chunk = this.#chunks[this.#head]!
    const left = chunk.length - position
    if (left > 0) {
      if (left * 4 < chunk.buffer.byteLength) {
        this.#chunks[this.#head] = chunk.slice(position)
        this.bytes -= position
        this.#start = 0
      } else this.#start = position
      return
    }
    this.bytes -= chunk.length
    this.#start = 0
    this.#head++
    // Shifting by one chunk at a time would cost the square of their number.
    if (this.#head === this.#chunks.length || this.#head >= 1024) {
      this.#chunks = this.#chunks.slice(this.#head)
      this.#head = 0
    }
  }

  /** All chunks; only before the first is used in part. */
  rest(): readonly Uint8Array[] {
    return this.#chunks.slice(this.#head)
  }
}
