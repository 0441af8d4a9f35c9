import { headerLength, LONGEST_HEADER, payloadLength } from './frame-headers.ts'

/** Counters of one direction, to which the frames of connections are added. */
export interface FrameCounts {
  /** Messages that began. */
  messages: number
  /** Frames, control frames included. */
  frames: number
  /** Bytes of payload on the wire: those of a compressed message after compression. */
  payloadBytes: number
}

const PONG = 10

/** Counts the frames in one direction of a connection, however they are split. It makes nothing for a frame: measured in docs/metrics.md. */
export class FrameTally {
  readonly #counts: readonly FrameCounts[]
  /** The beginning of a header that a chunk cut off. */
  #split: Uint8Array | undefined
  #splitBytes = 0
  /** Bytes of the current payload that have not been seen. */
  #payloadLeft = 0
  /** Pong frames that have been seen whole. */
  pongs = 0
  #isPong = false

  /** @param counts each frame is added to all of them */
  constructor(counts: readonly FrameCounts[]) {
    this.#counts = counts
  }

  push(chunk: Uint8Array): void {
    const end = chunk.length
    for (let at = 0; at < end; ) {
      if (this.#payloadLeft > 0) {
        const size = Math.min(this.#payloadLeft, end - at)
        this.#payloadLeft -= size
        at += size
        if (this.#isPong && this.#payloadLeft === 0) this.#pong()
      } else if (this.#splitBytes === 0 && end - at >= 2 && end - at >= headerLength(chunk[at + 1]!)) {
        this.#count(chunk, at)
        at += headerLength(chunk[at + 1]!)
      } else at = this.#readSplit(chunk, at)
    }
  }

  #readSplit(chunk: Uint8Array, position: number): number {
    const header = (this.#split ??= new Uint8Array(LONGEST_HEADER))
    header[this.#splitBytes++] = chunk[position]!
    if (this.#splitBytes >= 2 && this.#splitBytes === headerLength(header[1]!)) {
      this.#splitBytes = 0
      this.#count(header, 0)
    }
    return position + 1
  }

  #count(bytes: Uint8Array, at: number): void {
    const opcode = bytes[at]! & 0x0f
    const length = payloadLength(bytes, at)
    this.#payloadLeft = length
    this.#isPong = opcode === PONG
    if (this.#isPong && length === 0) this.#pong()
    for (const counts of this.#counts) {
      counts.frames++
      counts.payloadBytes += length
      if (opcode === 1 || opcode === 2) counts.messages++
    }
  }

  #pong(): void {
    this.#isPong = false
    this.pongs++
  }
}
