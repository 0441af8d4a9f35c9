import type { ConnectionError } from '../errors.ts'
import type { ByteMasker } from '../platform.ts'
import { MAX_CONTROL_PAYLOAD } from './close-code.ts'
import { PENDING } from './extension.ts'
import { type FrameHeader, headerLengthOf, MAX_HEADER_LENGTH, parseFrameHeader } from './frame.ts'
import { applyMask, applyMaskByBytes, applyMaskByWords, applyMaskInto, foldOctets, rotateKey, wordsOf } from './masking.ts'
import { CONTINUATION, describeOpcode, FIN, isControlOpcode, isReservedOpcode, MASK } from './opcode.ts'
import { plainView } from './plain-view.ts'
import * as rules from './rules.ts'

/** Settings of a parser; one object may serve many connections. */
export interface FrameRules {
  /** The peer is a client. */
  readonly masked: boolean
  /** The RSV bits that agreed extensions own. */
  readonly rsv: number
  /** Largest payload of one frame. */
  readonly maxPayload: number
  /** Largest message that may be handed over without `begin`; negative where every frame goes through `begin`. */
  readonly maxWhole: number
  readonly masker?: ByteMasker | undefined
  /** The sink keeps no reference to the bytes of a whole text message. */
  readonly textIsDecoded?: boolean
}

/** Undefined: parse on. An error stops parsing for good; PENDING until `HOLD_PENDING` is cleared. */
export type FrameOutcome = ConnectionError | typeof PENDING | undefined

/** Receives the data frames of a parser. */
export interface FrameSink {
  /** A message in one frame, unmasked in `bytes[start, end)`. Bit 0x80 of `highBits` is unset when all of it is ASCII. */
  whole(bytes: Uint8Array, start: number, end: number, isText: boolean, highBits: number): FrameOutcome
  /** The header of a data frame, before its payload. */
  begin(header: FrameHeader): FrameOutcome
  /** The next piece of that frame, unmasked; valid during the call only unless it is the whole frame. */
  piece(bytes: Uint8Array, start: number, end: number, highBits: number, header: FrameHeader, last: boolean): FrameOutcome
}

/** Receives the control frames of a parser, each whole and unmasked. */
export interface ControlSink {
  control(opcode: number, payload: Uint8Array): FrameOutcome
}

/** Reasons to stop before the next frame; bits of `FrameParser.hold`. */
export const HOLD_PAUSED = 1
export const HOLD_PENDING = 2
export const HOLD_FINISHED = 4

/** Unmasked payloads below this are scanned for ASCII here rather than by the platform. */
const SCAN_UP_TO = 128
/** A chunk this long gets one view of its words, which all its frames share. */
const SHARED_WORDS_FROM = 512

/** Walks the chunks it is given (RFC 6455 sections 5.2 to 5.5); holds a header or a control frame that is split, never a payload. */
export class FrameParser {
  /** Not 0: no further frame is begun. */
  hold = 0
  /** How far the last chunk was used, kept up to date before each call of a sink. */
  position = 0
  /** Messages that have ended so far. */
  messages = 0
  readonly #rules: FrameRules
  readonly #sink: FrameSink
  readonly #controlSink: ControlSink
  /** A message has begun and not ended. */
  #fragmented = false
  #header: FrameHeader | undefined
  #received = 0
  /** The beginning of a header that a chunk cut off, or of a control frame's payload. */
  #stash: Uint8Array | undefined
  #stashed = 0
  #violation: ConnectionError | undefined

  constructor(frameRules: FrameRules, sink: FrameSink, controlSink: ControlSink) {
    this.#rules = frameRules
    this.#sink = sink
    this.#controlSink = controlSink
  }

  /** A frame or a fragmented message has begun and not ended. */
  get incomplete(): boolean {
    return this.#fragmented || this.#header !== undefined || this.#stash !== undefined
  }

  /**
   * Parses `chunk` from `start` until its end or until `hold`; `position` says how far it came. Payloads are unmasked in place.
   * @returns the violation that stopped it for good
   */
  push(chunk: Uint8Array, start: number): ConnectionError | undefined {
    this.#violation = undefined
    const end = chunk.length
    const { masked, maxWhole, masker, textIsDecoded } = this.#rules
    const maskBit = masked ? MASK : 0
    let words: Int32Array | undefined
    let at = start
    this.position = at
    while (at < end && this.hold === 0) {
      if (this.#header !== undefined) {
        at = this.#payload(chunk, at, end)
        continue
      }
      // Fast path: one whole message without extensions. Measured by bench/micro/parser.ts.
      const first = chunk[at]!
      if ((first === 0x81 || first === 0x82) && end - at >= 6 && !this.#fragmented && this.#stash === undefined) {
        const second = chunk[at + 1]!
        let length = second & 0x7f
        let from = at + 2
        if (length === 126) {
          length = (chunk[at + 2]! << 8) | chunk[at + 3]!
          from = length > 125 ? at + 4 : Infinity
        } else if (length === 127) from = Infinity
        if (masked) from += 4
        const to = from + length
        if ((second & MASK) === maskBit && to <= end && length <= maxWhole) {
          let highBits = 0x80
          this.messages++
          if (masked) {
            const key = (chunk[from - 4]! << 24) | (chunk[from - 3]! << 16) | (chunk[from - 2]! << 8) | chunk[from - 1]!
            if (masker !== undefined && length >= masker.from) {
              this.position = at = to
              const outcome =
                first === 0x81 && textIsDecoded === true
                  ? this.#sink.whole(masker.scratch, 0, length, true, masker.mask(chunk, from, to, key))
                  : this.#sink.whole(chunk, from, to, first === 0x81, applyMaskInto(masker, chunk, from, to, key, chunk, from))
              if (outcome !== undefined) this.stop(outcome)
              continue
            }
            if (words === undefined && end - at >= SHARED_WORDS_FROM) words = wordsOf(chunk)
            if (length < 24) highBits = applyMaskByBytes(chunk, from, to, key)
            else highBits = words === undefined ? applyMask(chunk, from, to, key) : applyMaskByWords(chunk, words, from, to, key)
          } else if (length < SCAN_UP_TO && first === 0x81) highBits = foldOctets(chunk, from, to)
          this.position = at = to
          const outcome = this.#sink.whole(chunk, from, to, first === 0x81, highBits)
          if (outcome !== undefined) this.stop(outcome)
          continue
        }
      }
      at = this.#begin(chunk, at, end)
    }
    this.position = at
    return this.#violation
  }

  /** Reads a header and as much of its payload as there is. */
  #begin(chunk: Uint8Array, at: number, end: number): number {
    let header: FrameHeader | undefined
    let next: number
    if (this.#stash === undefined) {
      header = parseFrameHeader(chunk, at, end)
      if (header === undefined) {
        this.#stash = new Uint8Array(MAX_HEADER_LENGTH)
        this.#stash.set(chunk.subarray(at, end))
        this.#stashed = end - at
        next = end
      } else next = at + header.headerLength
    } else {
      const stash = this.#stash
      next = at
      while (next < end && (this.#stashed < 2 || this.#stashed < headerLengthOf(stash[1]!))) stash[this.#stashed++] = chunk[next++]!
      header = parseFrameHeader(stash, 0, this.#stashed)
    }
    this.position = next
    if (header === undefined) {
      // Fail at the first octet that proves the violation, not when the header is complete.
      const error = this.#checkOctets(this.#stash![0]!, this.#stashed > 1 ? this.#stash![1]! : undefined)
      if (error !== undefined) this.stop(error)
      return next
    }
    this.#stash = undefined
    this.#stashed = 0
    const error = this.#check(header)
    if (error !== undefined) {
      this.stop(error)
      return next
    }
    this.#header = header
    this.#received = 0
    if (!isControlOpcode(header.opcode)) {
      this.#fragmented = !header.fin
      const outcome = this.#sink.begin(header)
      if (outcome !== undefined) {
        this.stop(outcome)
        return next
      }
    }
    return this.#payload(chunk, next, end)
  }

  #payload(chunk: Uint8Array, at: number, end: number): number {
    const header = this.#header!
    const left = header.payloadLength - this.#received
    const next = left < end - at ? at + left : end
    const last = next - at === left
    if (next === at && !last) return next
    const key = rotateKey(header.maskingKey, this.#received)
    const partial = !last || this.#received > 0
    this.#received += next - at
    if (last) this.#header = undefined
    // The sink copies a piece that is not the whole frame, so it may lie in the scratch buffer.
    const { masker } = this.#rules
    const scratch = partial && header.masked && masker !== undefined && next - at >= masker.from && next - at <= masker.scratch.length
    let highBits = 0x80
    if (scratch) highBits = masker.mask(chunk, at, next, key)
    else if (header.masked) highBits = applyMaskInto(masker, chunk, at, next, key, chunk, at)
    else if (next - at < SCAN_UP_TO) highBits = foldOctets(chunk, at, next)
    this.position = next
    let outcome: FrameOutcome
    if (isControlOpcode(header.opcode)) outcome = this.#controlPiece(header, chunk, at, next, last)
    else {
      if (last && header.fin) this.messages++
      outcome = scratch
        ? this.#sink.piece(masker.scratch, 0, next - at, highBits, header, last)
        : this.#sink.piece(chunk, at, next, highBits, header, last)
    }
    if (outcome !== undefined) this.stop(outcome)
    return next
  }

  #controlPiece(header: FrameHeader, chunk: Uint8Array, at: number, next: number, last: boolean): FrameOutcome {
    if (last && this.#stash === undefined) return this.#controlSink.control(header.opcode, plainView(chunk, at, next))
    this.#stash ??= new Uint8Array(header.payloadLength)
    this.#stash.set(chunk.subarray(at, next), this.#received - (next - at))
    if (!last) return undefined
    const payload = this.#stash
    this.#stash = undefined
    return this.#controlSink.control(header.opcode, payload)
  }

  /** No further frame is begun: for good after a violation, until `HOLD_PENDING` is cleared after PENDING. */
  stop(outcome: ConnectionError | typeof PENDING): void {
    if (outcome === PENDING) {
      this.hold |= HOLD_PENDING
      return
    }
    this.hold |= HOLD_FINISHED
    this.#header = undefined
    this.#stash = undefined
    this.#violation = outcome
  }

  /** Checks everything the header alone can violate, before any payload is read. */
  #check(header: FrameHeader): ConnectionError | undefined {
    const first = (header.fin ? FIN : 0) | header.rsv | header.opcode
    const second = (header.masked ? MASK : 0) | (header.payloadLength > MAX_CONTROL_PAYLOAD ? 126 : header.payloadLength)
    const error = this.#checkOctets(first, second)
    if (error !== undefined) return error
    if (header.lengthTopBit) return rules.protocolError('a 64-bit payload length had its most significant bit set', rules.LENGTH_TOP_BIT)
    if (!header.minimalLength) {
      return rules.protocolError(`a payload length of ${header.payloadLength} was not encoded in the fewest octets`, rules.MINIMAL_LENGTH)
    }
    // Extensions make incompressible data a little longer.
    const { maxPayload } = this.#rules
    const allowed = header.rsv === 0 ? maxPayload : maxPayload + Math.floor(maxPayload / 1024) + 64
    if (!isControlOpcode(header.opcode) && header.payloadLength > allowed) {
      const length = header.payloadLength === Infinity ? 'more than 2^53' : String(header.payloadLength)
      return rules.tooBig(`a frame of ${length} bytes is above the limit of ${maxPayload}`, 'frame')
    }
    return undefined
  }

  #checkOctets(first: number, second: number | undefined): ConnectionError | undefined {
    const opcode = first & 0x0f
    const name = describeOpcode(opcode)
    if (isReservedOpcode(opcode)) return rules.protocolError(`a frame had ${name}`, rules.RESERVED_OPCODE)
    const control = isControlOpcode(opcode)
    const strange = first & 0x70 & (control ? 0x70 : ~this.#rules.rsv)
    if (strange !== 0)
      return rules.protocolError(`a ${name} frame had ${describeRsv(strange)} set, which no agreed extension defines for it`, rules.RSV_BITS)
    if (control) {
      if ((first & FIN) === 0) return rules.protocolError(`a ${name} frame had FIN unset`, rules.CONTROL_FRAGMENTED)
    } else if ((opcode === CONTINUATION) !== this.#fragmented) {
      return rules.protocolError(
        opcode === CONTINUATION
          ? 'a continuation frame came without a message to continue'
          : `a ${name} frame came before the end of a fragmented message`,
        rules.FRAGMENTS,
      )
    }
    if (second === undefined) return undefined
    const isMasked = (second & MASK) !== 0
    if (isMasked !== this.#rules.masked) {
      return isMasked
        ? rules.protocolError(`a ${name} frame from a server was masked`, rules.SERVER_DOES_NOT_MASK)
        : rules.protocolError(`a ${name} frame from a client was not masked`, rules.CLIENT_MASKS)
    }
    if (control && (second & 0x7f) > MAX_CONTROL_PAYLOAD) return rules.protocolError(`a ${name} frame had more than 125 bytes`, rules.CONTROL_LENGTH)
    return undefined
  }
}

function describeRsv(bits: number): string {
  const names: string[] = []
  if ((bits & 0x40) !== 0) names.push('RSV1')
  if ((bits & 0x20) !== 0) names.push('RSV2')
  if ((bits & 0x10) !== 0) names.push('RSV3')
  return names.join(' and ')
}
