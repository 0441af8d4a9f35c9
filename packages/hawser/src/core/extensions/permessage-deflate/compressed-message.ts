const EMPTY = new Uint8Array(0)

/**
 * The compressed fragments of a message whose end has not arrived. They are decompressed together at the end: an unfinished message
 * then holds at most twice what the peer sent, and not the thousand times as much that it may decompress to, nor a decompressor.
 */
export class CompressedMessage {
  /** Bytes received. */
  length = 0
  #buffer = EMPTY

  get heldBytes(): number {
    return this.#buffer.length
  }

  append(payload: Uint8Array): void {
    const length = this.length + payload.length
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#buffer.length))
      grown.set(this.#buffer.subarray(0, this.length))
      this.#buffer = grown
    }
    this.#buffer.set(payload, this.length)
    this.length = length
  }

  /** The message with its last fragment. Only `clear` may follow. */
  end(payload: Uint8Array): Uint8Array {
    if (this.length === 0) {
      this.length = payload.length
      return payload
    }
    this.append(payload)
    return this.#buffer.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
    this.#buffer = EMPTY
  }
}
