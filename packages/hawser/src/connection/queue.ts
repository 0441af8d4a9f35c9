/** First in, first out, in constant time each: `Array.shift` moves all later entries, which takes a minute for 400 000. */
export class Queue<T> {
  #entries: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#entries.length - this.#head
  }

  /** The entry that `shift` would give; undefined when it is empty. */
  get first(): T | undefined {
    return this.#entries[this.#head]
  }

  push(entry: T): void {
    this.#entries.push(entry)
  }

  /** Undefined when it is empty. */
  shift(): T | undefined {
    if (this.#head === this.#entries.length) return undefined
    const entry = this.#entries[this.#head]
    this.#entries[this.#head++] = undefined
    // Half of the array or more is dropped at a time, so that each entry is moved once on average.
    if (this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
    return entry
  }

  clear(): void {
    this.#entries = []
    this.#head = 0
  }
}
