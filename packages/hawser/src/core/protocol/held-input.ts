import type { ConnectionError } from '../errors.ts'
import type { FrameParser } from './frame-parser.ts'
import type { Deadlines } from './deadlines.ts'

/** Received chunks that are not parsed yet, in order; the first from an offset on. */
export class HeldInput {
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

  /** Puts the rest of a chunk before those that were received while it was parsed. */
  pushFirst(chunk: Uint8Array, position: number): void {
    this.#chunks.unshift(chunk)
    this.bytes += chunk.length
    this.#use(position)
  }

  /**
   * Parses until nothing is held or the parser stops, in the middle of a chunk or between two. A sink that throws loses no byte behind its frame.
   * @returns the violation that stopped the parser for good
   */
  parse(parser: FrameParser, deadlines: Pick<Deadlines, 'note'>, now: number): ConnectionError | undefined {
    let violation: ConnectionError | undefined
    while (!this.isEmpty && parser.hold === 0) {
      parser.position = this.#start
      try {
        violation = parser.push(this.#chunks[this.#head]!, this.#start)
      } finally {
        this.#use(parser.position)
        deadlines.note(parser.incomplete, parser.messages, 0, now)
      }
    }
    return violation
  }

  /** The oldest chunk is used up to `position`. A small rest does not keep a large chunk alive. */
  #use(position: number): void {
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
}
