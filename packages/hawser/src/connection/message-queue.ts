/** What holding one message costs beside its content. */
const overhead = 64

interface Waiting<T> {
  resolve(result: IteratorResult<T, undefined>): void
  reject(error: unknown): void
}

interface Entry<T> {
  readonly value: T | undefined
  readonly error: Error | undefined
  readonly size: number
}

/** Messages that wait for an iterator, counted in bytes so that reading can stop in time. */
export class MessageQueue<T> {
  #entries: Entry<T>[] = []
  #head = 0
  #bytes = 0
  #waiting: Waiting<T>[] = []
  #ended = false
  readonly #taken: () => void

  /** @param taken called after each message that is taken */
  constructor(taken: () => void) {
    this.#taken = taken
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether an iterator waits for the next message. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0
  }

  push(value: T, size: number): void {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) waiting.resolve({ value, done: false })
    else this.#add({ value, error: undefined, size: size + overhead })
  }

  /** In the place of a message: the `next` whose turn it is rejects, the one after it goes on. */
  pushError(error: Error, size: number): void {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) waiting.reject(error)
    else this.#add({ value: undefined, error, size: size + overhead })
  }

  /** No more comes; what is there is still delivered. */
  end(): void {
    this.#ended = true
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ value: undefined, done: true })
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const entry = this.#entries[this.#head]
    if (entry === undefined) {
      if (this.#ended) return Promise.resolve({ value: undefined, done: true })
      return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    }
    this.#entries[this.#head++] = undefined as unknown as Entry<T>
    if (this.#head === this.#entries.length || this.#head > 1024) {
      this.#entries.splice(0, this.#head)
      this.#head = 0
    }
    this.#bytes -= entry.size
    this.#taken()
    return entry.error === undefined ? Promise.resolve({ value: entry.value as T, done: false }) : Promise.reject(entry.error)
  }

  /** All iterators share the queue; leaving one leaves the connection and what waits as they are. */
  iterate(): AsyncIterator<T, undefined> & AsyncIterable<T> {
    let left = false
    const done = { value: undefined, done: true } as const
    return {
      next: () => (left ? Promise.resolve(done) : this.next()),
      return: () => {
        left = true
        return Promise.resolve(done)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  #add(entry: Entry<T>): void {
    this.#entries.push(entry)
    this.#bytes += entry.size
  }
}
