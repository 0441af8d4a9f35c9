import type { ByteMasker, RandomSource, TextCodec } from '../platform.ts'
import { headerLengthFor, serializeFrame, utf8Length, writeHeader } from './frame-serializer.ts'
import { applyMaskInto } from './masking.ts'
import { CLOSE, FIN, PONG } from './opcode.ts'
import type { Output } from './output.ts'

/** Immutable payloads of a server are referenced from here on. Measured: below it a copy is cheaper than the second segment. */
const REFERENCE_FROM = 16384
/**
 * Longer texts are measured before they are encoded, instead of reserving three bytes a code unit: a borrowed buffer costs only what is
 * written to it. Measured on Node 20 (26), 1 MiB of ASCII: with ample room 58 µs (27), measured first 101 and 777 more (12 and 27); in two
 * scripts 655 (248), measured first 481 and 578 more (22 and 289).
 */
const MEASURE_ABOVE = 1_398_000

export interface FrameOutputOptions {
  readonly role: 'client' | 'server'
  readonly text: TextCodec
  readonly random: RandomSource
  readonly masker?: ByteMasker | undefined
}

/** Serializes single frames into the output, masked where a client sends them. A base class, since an object between would be a call for each frame. */
export abstract class FrameOutput<Options extends FrameOutputOptions> {
  protected readonly options: Options
  protected readonly output: Output

  constructor(options: Options, output: Output) {
    this.options = options
    this.output = output
  }

  /**
   * A Ping or Pong. It may come before waiting messages, and between the fragments of one (section 5.4).
   * @param overtakes the output waits for the transport: before all that waits
   */
  control(opcode: number, payload: Uint8Array, overtakes: boolean): void {
    if (overtakes) this.output.overtake(this.#serialize(opcode, payload))
    else this.write(FIN | opcode, payload, false)
  }

  /** Answers a Ping; with `replaceable` before all that waits, and the next answer replaces this one for as long. */
  pong(payload: Uint8Array, replaceable: boolean): void {
    if (replaceable) this.output.replaceLatest(this.#serialize(PONG, payload))
    else this.write(FIN | PONG, payload, false)
  }

  /** Section 5.5.1: behind all other frames, and the last one. */
  closeFrame(body: Uint8Array): void {
    this.write(FIN | CLOSE, body, false)
  }

  #serialize(opcode: number, payload: Uint8Array): Uint8Array {
    const { role, random } = this.options
    return serializeFrame({ opcode, payload, maskingKey: role === 'client' ? random.uint32() : undefined })
  }

  /** @param stable the bytes of the payload never change: it may be referenced until it has left */
  protected write(firstOctet: number, payload: Uint8Array, stable: boolean): void {
    const output = this.output
    const { length } = payload
    if (this.options.role === 'client') {
      const key = this.options.random.uint32()
      const buffer = output.reserve(14 + length)
      const start = writeHeader(buffer, output.position, firstOctet, length, true, key)
      applyMaskInto(this.options.masker, payload, 0, length, key, buffer, start)
      output.advance(start + length - output.position)
      return
    }
    const reference = stable && length >= REFERENCE_FROM
    const buffer = output.reserve(reference ? 10 : 10 + length)
    const start = writeHeader(buffer, output.position, firstOctet, length, false, 0)
    if (reference) {
      output.advance(start - output.position)
      output.reference(payload)
      return
    }
    buffer.set(payload, start)
    output.advance(start + length - output.position)
  }

  /** Encodes right behind the header; where the guess of the header's length was wrong, the payload moves. */
  protected writeText(firstOctet: number, text: string): void {
    const output = this.output
    const { text: codec, role } = this.options
    const masked = role === 'client'
    const units = text.length
    const exact = units > MEASURE_ABOVE ? utf8Length(text, codec) : -1
    const buffer = output.reserve(14 + (exact < 0 ? units * 3 : exact))
    const at = output.position
    const guess = headerLengthFor(exact < 0 ? units : exact)
    let start = at + guess + (masked ? 4 : 0)
    const length = codec.encodeUtf8Into(text, buffer, start)
    const needed = headerLengthFor(length)
    if (needed !== guess) {
      buffer.copyWithin(start + needed - guess, start, start + length)
      start += needed - guess
    }
    const key = masked ? this.options.random.uint32() : 0
    writeHeader(buffer, at, firstOctet, length, masked, key)
    if (masked) applyMaskInto(this.options.masker, buffer, start, start + length, key, buffer, start)
    output.advance(start + length - at)
  }
}
