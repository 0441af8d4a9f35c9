/** What holding one message costs beside its content. */
const overhead = 64

/** Messages that wait, in order, for a handler whose promise has not settled; counted in bytes so that reading can stop in time. */
export class HeldMessages {
  readonly #entries: { readonly deliver: () => void; readonly size: number }[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  push(deliver: () => void, size: number): void {
    this.#entries.push({ deliver, size: size + overhead })
    this.#bytes += size + overhead
  }

  /** Delivers the oldest. */
  deliverNext(): void {
    const entry = this.#entries.shift()
    if (entry === undefined) return
    this.#bytes -= entry.size
    entry.deliver()
  }

  clear(): void {
    this.#entries.length = 0
    this.#bytes = 0
  }
}

/** A small message may be a view into a large chunk: while it waits, it must not keep that alive uncounted. */
export function compact(message: unknown): unknown {
  return message instanceof Uint8Array && message.byteLength * 4 < message.buffer.byteLength ? new Uint8Array(message) : message
}
