import { droppable } from './application-code.ts'
import { Queue } from './queue.ts'

/** Bytes charged for each waiting message in addition to its content. */
export const messageOverhead = 64

interface Waiting<T> {
  resolve(message: T): void
  reject(error: Error): void
  ended(): void
}

interface Entry<T> {
  readonly value: T | undefined
  readonly error: Error | undefined
  readonly size: number
}

/** Messages that wait for an iterator or `receive`, counted in bytes with their overhead so that reading can stop in time. */
export class MessageQueue<T> {
  readonly #entries = new Queue<Entry<T>>()
  readonly #waiting = new Queue<Waiting<T>>()
  readonly #taken: () => void
  #bytes = 0
  #ended = false

  /** @param taken called after each message that is taken */
  constructor(taken: () => void) {
    this.#taken = taken
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A receiver waits for the next message. */
  get isAwaited(): boolean {
    return this.#waiting.length > 0
  }

  push(value: T, size: number): void {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) waiting.resolve(value)
    else this.#add({ value, error: undefined, size: size + messageOverhead })
  }

  /** An error in place of a message: the receiver whose turn it is gets it, and the next one gets the next message. */
  pushError(error: Error, size: number): void {
    const waiting = this.#waiting.shift()
    if (waiting !== undefined) waiting.reject(error)
    else this.#add({ value: undefined, error, size: size + messageOverhead })
  }

  /** No more messages arrive. Waiting messages are still delivered. */
  end(): void {
    this.#ended = true
    for (let waiting = this.#waiting.shift(); waiting !== undefined; waiting = this.#waiting.shift()) waiting.ended()
  }

  /** Drops all waiting messages. @param dropped called for each */
  clear(dropped?: (message: T) => void): void {
    if (dropped !== undefined) for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) dropped(entry.value as T)
    this.#entries.clear()
    this.#bytes = 0
  }

  /** Calls one of the three, now or later: with the next message, with the error in its place, or at the end. */
  take(resolve: (message: T) => void, reject: (error: Error) => void, ended: () => void): void {
    const entry = this.#entries.shift()
    if (entry === undefined) {
      if (this.#ended) ended()
      else this.#waiting.push({ resolve, reject, ended })
      return
    }
    this.#bytes -= entry.size
    this.#taken()
    if (entry.error === undefined) resolve(entry.value as T)
    else reject(entry.error)
  }

  /** All iterators share the queue; leaving one changes neither the connection nor the waiting messages. */
  iterate(): AsyncIterator<T, undefined> & AsyncIterable<T> {
    let left = false
    const done = { value: undefined, done: true } as const
    return {
      next: () => {
        if (left) return Promise.resolve(done)
        const next = new Promise<IteratorResult<T, undefined>>((resolve, reject) =>
          this.take(
            (value) => resolve({ value, done: false }),
            reject,
            () => resolve(done),
          ),
        )
        return droppable(next)
      },
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

/** A small message may be a view into a large chunk: while it waits, it must not keep that alive uncounted. */
export function compact(message: unknown): unknown {
  return message instanceof Uint8Array && message.byteLength * 4 < message.buffer.byteLength ? new Uint8Array(message) : message
}
