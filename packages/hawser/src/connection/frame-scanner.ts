import type { ObservedFrame } from './observer.ts'

/** Two bytes, eight of an extended payload length, and four of a masking key (RFC 6455 section 5.2). */
const LONGEST_HEADER = 14
/** A peer that only announces a large payload gets no large buffer. */
const FIRST_SAMPLE = 4096

/** A frame without what its observers know better than the scanner. */
export type ScannedFrame = Omit<ObservedFrame, 'skipped'>

/**
 * Finds the frames in one direction of a connection, however they are split, without changing a byte. It judges nothing: what is no frame is read as the
 * header that it looks like. A frame is reported once its header and the part of its payload that is kept have been seen.
 */
export class FrameScanner {
  readonly #direction: ObservedFrame['direction']
  readonly #sampleBytes: number
  readonly #found: (frame: ScannedFrame) => void
  readonly #header = new Uint8Array(LONGEST_HEADER)
  #headerBytes = 0
  #headerLength = 2
  /** Bytes of the current payload that have not been seen. */
  #payloadLeft = 0
  /** Bytes of the current payload that are kept, and how many of them there are; undefined once the frame is reported. */
  #sample: Uint8Array | undefined
  #sampled = 0

  /** @param sampleBytes the most bytes of a payload that are kept */
  constructor(direction: ObservedFrame['direction'], sampleBytes: number, found: (frame: ScannedFrame) => void) {
    this.#direction = direction
    this.#sampleBytes = sampleBytes
    this.#found = found
  }

  push(chunk: Uint8Array, now: number): void {
    for (let position = 0; position < chunk.length; ) {
      position = this.#payloadLeft > 0 ? this.#readPayload(chunk, position, now) : this.#readHeader(chunk, position, now)
    }
  }

  /** Reports the frame in whose payload the connection ended. */
  end(now: number): void {
    if (this.#sample !== undefined) this.#report(now)
  }

  #readHeader(chunk: Uint8Array, position: number, now: number): number {
    let at = position
    for (; at < chunk.length && this.#headerBytes < this.#headerLength; at++) {
      this.#header[this.#headerBytes++] = chunk[at]!
      if (this.#headerBytes === 2) this.#headerLength = headerLength(this.#header[1]!)
    }
    if (this.#headerBytes < this.#headerLength) return at
    this.#payloadLeft = payloadLength(this.#header)
    this.#sampled = 0
    this.#sample = new Uint8Array(Math.min(this.#wanted, FIRST_SAMPLE))
    if (this.#wanted === 0) this.#report(now)
    this.#headerBytes = 0
    this.#headerLength = 2
    return at
  }

  /** Bytes of the current payload to keep. Constant until the payload has been read: `#header` still holds its header. */
  get #wanted(): number {
    return Math.min(payloadLength(this.#header), this.#sampleBytes)
  }

  #readPayload(chunk: Uint8Array, position: number, now: number): number {
    const size = Math.min(this.#payloadLeft, chunk.length - position)
    if (this.#sample !== undefined) {
      const wanted = this.#wanted
      const kept = Math.min(size, wanted - this.#sampled)
      this.#keep(chunk.subarray(position, position + kept), wanted)
      if (this.#sampled === wanted) this.#report(now)
    }
    this.#payloadLeft -= size
    return position + size
  }

  #keep(bytes: Uint8Array, wanted: number): void {
    const sample = this.#sample!
    const size = this.#sampled + bytes.length
    if (size > sample.length) {
      const larger = new Uint8Array(Math.min(wanted, Math.max(size, 2 * sample.length)))
      larger.set(sample.subarray(0, this.#sampled))
      this.#sample = larger
    }
    this.#sample!.set(bytes, this.#sampled)
    this.#sampled = size
  }

  #report(now: number): void {
    const header = this.#header
    const first = header[0]!
    const payload = this.#sample!.subarray(0, this.#sampled)
    this.#sample = undefined
    const maskingKey = maskingKeyOf(header)
    // Section 5.3
    if (maskingKey !== undefined) for (let index = 0; index < payload.length; index++) payload[index]! ^= maskingKey[index & 3]!
    this.#found({
      direction: this.#direction,
      time: now,
      opcode: first & 0x0f,
      fin: (first & 0x80) !== 0,
      rsv1: (first & 0x40) !== 0,
      rsv2: (first & 0x20) !== 0,
      rsv3: (first & 0x10) !== 0,
      maskingKey,
      payloadLength: payloadLength(header),
      payload,
    })
  }
}

function headerLength(second: number): number {
  return 2 + extendedBytes(second) + ((second & 0x80) === 0 ? 0 : 4)
}

function extendedBytes(second: number): 0 | 2 | 8 {
  const length = second & 0x7f
  return length < 126 ? 0 : length === 126 ? 2 : 8
}

function payloadLength(header: Uint8Array): number {
  const extended = extendedBytes(header[1]!)
  if (extended === 0) return header[1]! & 0x7f
  let length = 0
  for (let index = 2; index < 2 + extended; index++) length = length * 256 + header[index]!
  return length
}

function maskingKeyOf(header: Uint8Array): Uint8Array | undefined {
  const second = header[1]!
  if ((second & 0x80) === 0) return undefined
  const start = 2 + extendedBytes(second)
  return header.slice(start, start + 4)
}
