import { applyMask } from '../core/protocol/masking.ts'
import { headerLength, LONGEST_HEADER, maskingKeyOf, payloadLength } from './frame-headers.ts'
import type { ObservedFrame } from './observer.ts'

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
    this.#payloadLeft = payloadLength(this.#header, 0)
    this.#sampled = 0
    this.#sample = new Uint8Array(Math.min(this.#wanted, FIRST_SAMPLE))
    if (this.#wanted === 0) this.#report(now)
    this.#headerBytes = 0
    this.#headerLength = 2
    return at
  }

  /** Bytes of the current payload to keep. Constant until the payload has been read: `#header` still holds its header. */
  get #wanted(): number {
    return Math.min(payloadLength(this.#header, 0), this.#sampleBytes)
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
    const octet = header[0]!
    const payload = this.#sample!.subarray(0, this.#sampled)
    this.#sample = undefined
    const maskingKey = maskingKeyOf(header)
    // Section 5.3
    if (maskingKey !== undefined) {
      const [first, second, third, fourth] = maskingKey as unknown as readonly [number, number, number, number]
      applyMask(payload, 0, payload.length, (first << 24) | (second << 16) | (third << 8) | fourth)
    }
    this.#found({
      direction: this.#direction,
      time: now,
      opcode: octet & 0x0f,
      fin: (octet & 0x80) !== 0,
      rsv1: (octet & 0x40) !== 0,
      rsv2: (octet & 0x20) !== 0,
      rsv3: (octet & 0x10) !== 0,
      maskingKey,
      payloadLength: payloadLength(header, 0),
      payload,
    })
  }
}
