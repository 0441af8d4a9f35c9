import type { Link } from '../link.ts'
import { H2Fault, most } from './fault.ts'
import { END_HEADERS, preface } from './frames.ts'

/** One frame of a peer, without its padding; the CONTINUATION frames of a header block are joined to its HEADERS frame. */
export interface ReceivedFrame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
  /** With the padding, as flow control counts it. */
  readonly byteLength: number
}

/** Cuts what a peer sends into frames of HTTP/2; a client's preface is taken off first. */
export class FrameReader {
  /** The client began with something else than HTTP/2's preface. */
  notHttp2 = false
  #link: Link
  #prefaced: boolean
  /** A header block that goes on in CONTINUATION. */
  #block: ReceivedFrame | undefined
  #continuations = 0

  constructor(link: Link, expectsPreface: boolean) {
    this.#link = link
    this.#prefaced = !expectsPreface
  }

  /** @returns undefined while no whole frame is there @throws H2Fault for a frame or a header block that is too long */
  next(): ReceivedFrame | undefined {
    if (!this.#prefaced && !this.#takePreface()) return undefined
    for (let frame = this.#frame(); frame !== undefined; frame = this.#frame()) {
      const whole = this.#joined(frame)
      if (whole !== undefined) return whole
    }
    return undefined
  }

  #frame(): ReceivedFrame | undefined {
    const bytes = this.#link.unread
    if (bytes.length < 9) return undefined
    const length = bytes.readUIntBE(0, 3)
    if (length > most.frame) throw new H2Fault(`a frame of ${length} bytes`)
    if (bytes.length < 9 + length) return undefined
    const [type, flags, stream] = [bytes[3]!, bytes[4]!, bytes.readUInt32BE(5) & 0x7fff_ffff]
    const payload = Buffer.from(bytes.subarray(9, 9 + length))
    this.#link.consume(9 + length)
    return { type, flags, stream, payload: type < 2 ? unpadded(type, flags, payload) : payload, byteLength: length }
  }

  #joined(frame: ReceivedFrame): ReceivedFrame | undefined {
    if (frame.type === 9 && this.#block !== undefined) {
      const { flags, payload } = this.#block
      if (++this.#continuations > most.continuations) throw new H2Fault(`a header block of more than ${most.continuations} frames`)
      if (payload.length + frame.payload.length > most.block) throw new H2Fault(`a header block of more than ${most.block} bytes`)
      this.#block = { ...this.#block, flags: flags | (frame.flags & END_HEADERS), payload: Buffer.concat([payload, frame.payload]) }
    } else if (frame.type === 1) {
      this.#block = frame
      this.#continuations = 0
    } else return frame
    if ((this.#block.flags & END_HEADERS) === 0) return undefined
    const whole = this.#block
    this.#block = undefined
    return whole
  }

  #takePreface(): boolean {
    const begun = this.#link.unread.subarray(0, preface.length).toString('latin1')
    if (!preface.startsWith(begun)) this.notHttp2 = true
    if (this.notHttp2 || begun.length < preface.length) return false
    this.#link.consume(preface.length)
    return (this.#prefaced = true)
  }
}

/** DATA and HEADERS may be padded, and HEADERS may have a priority (RFC 9113 sections 6.1 and 6.2). */
function unpadded(type: number, flags: number, payload: Buffer): Buffer {
  const isPadded = (flags & 8) !== 0
  const padding = isPadded ? (payload[0] ?? 0) : 0
  const from = (isPadded ? 1 : 0) + (type === 1 && (flags & 32) !== 0 ? 5 : 0)
  return payload.subarray(from, Math.max(from, payload.length - padding))
}
