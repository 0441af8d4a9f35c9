/** The flow-control windows of a peer, RFC 9113 section 5.2: how many bytes of DATA may still go out, on each stream and, as stream 0, in all. */
export class Windows {
  #initial = 65_535
  readonly #left = new Map<number, number>()

  /** @returns how many of `most` bytes may go out now in one frame; they are taken off */
  take(stream: number, most: number): number {
    const length = Math.max(0, Math.min(this.#of(0), this.#of(stream), 16_384, most))
    this.add(0, -length)
    this.add(stream, -length)
    return length
  }

  add(stream: number, increment: number): void {
    this.#left.set(stream, this.#of(stream) + increment)
  }

  /** RFC 9113 section 6.9.2: SETTINGS_INITIAL_WINDOW_SIZE changes every open stream's window, and not the connection's. */
  setInitial(size: number): void {
    for (const [stream, left] of this.#left) if (stream !== 0) this.#left.set(stream, left + size - this.#initial)
    this.#initial = size
  }

  #of(stream: number): number {
    return this.#left.get(stream) ?? (stream === 0 ? 65_535 : this.#initial)
  }
}
