/** The largest chunk that a transport delivers: one read of Node's, Bun's or Deno's. */
const readBytes = 65_536
/** Below this, hawser always reads once more, because only a read detects that the client has disconnected. */
const fewBytes = 4_096

/**
 * Bytes that a client sends before its opening handshake is answered: kept and never parsed (RFC 9931). At most `limits.earlyData` is kept, or one read
 * where the limit is smaller, and 4 KiB more.
 */
export class EarlyData {
  readonly chunks: Uint8Array[] = []
  readonly #limit: number
  #bytes = 0

  /** @param limit `limits.earlyData`; 0 reads nothing */
  constructor(limit: number, first: Uint8Array | undefined) {
    this.#limit = limit
    if (first !== undefined && first.byteLength > 0) this.keep(first)
  }

  keep(chunk: Uint8Array): void {
    this.chunks.push(chunk)
    this.#bytes += chunk.byteLength
  }

  get isEmpty(): boolean {
    return this.#bytes === 0
  }

  /** There is room for another read. */
  get mayRead(): boolean {
    return this.#bytes < this.#limit && (this.#bytes < fewBytes || this.#bytes + readBytes <= this.#limit)
  }
}
