/** Bytes of messages whose events are still to come, above which reading stops until all have been fired. */
const MAX_PENDING_BYTES = 1_048_576
/** The overhead of such a message, so that empty ones count too. */
const PENDING_OVERHEAD = 64

/** Counts the messages whose tasks are queued, and stops reading while they are too many. */
export class PendingMessages {
  #bytes = 0
  #paused = false

  /** @returns what the message counts for, to be given to {@link fired} */
  add(data: string | Uint8Array, socket: { pause(): void } | undefined): number {
    const size = (typeof data === 'string' ? data.length : data.byteLength) + PENDING_OVERHEAD
    this.#bytes += size
    if (this.#bytes > MAX_PENDING_BYTES && !this.#paused) {
      this.#paused = true
      socket?.pause()
    }
    return size
  }

  fired(size: number, socket: { resume(): void } | undefined): void {
    this.#bytes -= size
    if (!this.#paused || this.#bytes > 0) return
    this.#paused = false
    socket?.resume()
  }
}
