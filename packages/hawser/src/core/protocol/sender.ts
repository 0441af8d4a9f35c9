import { ConnectionError } from '../errors.ts'
import type { ByteMasker, RandomSource, TextCodec } from '../platform.ts'
import { INTERNAL_ERROR } from './close-code.ts'
import type { EncodeOptions, ExtensionFrame, ExtensionSession } from './extension.ts'
import { encodeText, headerLengthFor, serializeFrame, utf8Length, writeHeader } from './frame-serializer.ts'
import { applyMaskInto } from './masking.ts'
import { isPromise } from './message-assembler.ts'
import { BINARY, CONTINUATION, FIN, PONG, TEXT } from './opcode.ts'
import type { Output } from './output.ts'
import type { PreparedFrame } from './prepared-frame.ts'
import type { SharedMessage } from './shared-message.ts'

/** A server's payloads from here on are referenced instead of copied. Measured: below it the copy is cheaper than the second segment. */
const REFERENCE_FROM = 16384
/**
 * Longer texts are measured before they are encoded, so that not three bytes a code unit are reserved: a borrowed buffer costs only what is
 * written to it. Measured on Node 20 (26), 1 MiB of ASCII: with ample room 58 µs (27), measured first 101 and 777 more (12 and 27); in two
 * scripts 655 (248), measured first 481 and 578 more (22 and 289).
 */
const MEASURE_ABOVE = 1_398_000

export interface SenderOptions {
  readonly role: 'client' | 'server'
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly random: RandomSource
  readonly masker?: ByteMasker | undefined
}

/** Whom a sender tells what happened without a call from above. */
export interface SenderOwner {
  /** An extension could not encode. */
  fail(error: ConnectionError): void
  /** Output may have appeared. */
  ready(): void
}

/** What waits behind a frame that an extension is still working on. */
interface Waiting {
  readonly size: number
  readonly run: () => void
}

/** Makes frames of messages (RFC 6455 section 6.1) and puts them into the output, in order. */
export class Sender {
  /** Bytes of messages that are still with an extension or behind one that is. */
  waitingBytes = 0
  private readonly options: SenderOptions
  private readonly output: Output
  private readonly owner: SenderOwner
  private waiting: Waiting[] | undefined
  /** The opcode of a message of which fragments were sent and the last was not; 0 otherwise. */
  private fragmented = 0

  constructor(options: SenderOptions, output: Output, owner: SenderOwner) {
    this.options = options
    this.output = output
    this.owner = owner
  }

  text(text: string, options: EncodeOptions | undefined): void {
    this.refuseInterleaving()
    if (this.options.extensions.length === 0) this.writeText(FIN | TEXT, text)
    else this.data({ opcode: TEXT, first: true, fin: true, rsv: 0, payload: encodeText(text, this.options.text) }, options)
  }

  binary(payload: Uint8Array, options: EncodeOptions | undefined): void {
    this.refuseInterleaving()
    if (this.options.extensions.length === 0) this.write(FIN | BINARY, payload)
    else this.data({ opcode: BINARY, first: true, fin: true, rsv: 0, payload }, options)
  }

  fragment(piece: string | Uint8Array, position: { first: boolean; fin: boolean }, options: EncodeOptions | undefined): void {
    const { first, fin } = position
    const opcode = typeof piece === 'string' ? TEXT : BINARY
    if (first) this.refuseInterleaving()
    else if (this.fragmented !== opcode) {
      throw new TypeError(
        this.fragmented === 0
          ? 'sendFragment: `first` must be true for the first fragment of a message'
          : 'sendFragment: text and bytes in one message',
      )
    }
    this.fragmented = fin ? 0 : opcode
    if (this.options.extensions.length > 0) {
      const payload = typeof piece === 'string' ? encodeText(piece, this.options.text) : piece
      this.data({ opcode, first, fin, rsv: 0, payload }, options)
      return
    }
    const octet = (fin ? FIN : 0) | (first ? opcode : CONTINUATION)
    if (typeof piece === 'string') this.writeText(octet, piece)
    else this.write(octet, piece)
  }

  prepared(frame: PreparedFrame): void {
    this.refuseInterleaving()
    if (this.waiting === undefined) this.output.append(frame)
    else this.inOrder(frame.length, () => this.output.append(frame))
  }

  /** A server's; the only extension has the `shareKey` that the message was encoded for. */
  shared(message: SharedMessage): void {
    this.refuseInterleaving()
    this.inOrder(message.original.payload.length, () => this.writeShared(message))
  }

  /** A Ping or Pong: it may overtake what waits (section 5.4). */
  control(opcode: number, payload: Uint8Array): void {
    this.write(FIN | opcode, payload)
  }

  /** Answers a Ping; `replaceable` when the next answer is to take the place of this one as long as it waits. */
  pong(payload: Uint8Array, replaceable: boolean): void {
    if (!replaceable) {
      this.write(FIN | PONG, payload)
      return
    }
    const maskingKey = this.options.role === 'client' ? this.options.random.uint32() : undefined
    this.output.replaceLatest(serializeFrame({ opcode: PONG, payload, maskingKey }))
  }

  /** Calls `run` behind all messages so far. */
  inOrder(size: number, run: () => void): void {
    if (this.waiting === undefined) {
      run()
      return
    }
    this.waitingBytes += size
    this.waiting.push({ size, run })
  }

  /** Forgets what waits. */
  clear(): void {
    this.waiting = undefined
    this.waitingBytes = 0
  }

  private refuseInterleaving(): void {
    if (this.fragmented !== 0) {
      throw new TypeError('a fragmented message is being sent: its last fragment must come before another message (RFC 6455 section 5.4)')
    }
  }

  private data(frame: ExtensionFrame, options: EncodeOptions = {}): void {
    if (this.waiting === undefined) this.encode(frame, options, 0)
    else this.inOrder(frame.payload.length, () => this.encode(frame, options, 0))
  }

  private encode(frame: ExtensionFrame, options: EncodeOptions, from: number): void {
    const { extensions } = this.options
    let current = frame
    for (let i = from; i < extensions.length; i++) {
      const extension = extensions[i]!
      let result: ExtensionFrame | Promise<ExtensionFrame>
      try {
        result = extension.encode(current, options)
      } catch (error) {
        this.owner.fail(encodeError(extension, error))
        return
      }
      if (isPromise(result)) {
        this.suspend(result, extension, current.payload.length, (encoded) => this.encode(encoded, options, i + 1))
        return
      }
      current = result
    }
    this.write((current.fin ? FIN : 0) | current.rsv | (current.first ? current.opcode : CONTINUATION), current.payload)
  }

  private writeShared(message: SharedMessage): void {
    const { encoded, original } = message
    const session = this.options.extensions[0]!
    const write = (frame: ExtensionFrame): void => {
      session.adoptShared?.(original, frame)
      this.output.append(message.serialize(frame))
    }
    if (isPromise(encoded)) this.suspend(encoded, session, original.payload.length, write)
    else write(encoded)
  }

  private suspend(result: Promise<ExtensionFrame>, extension: ExtensionSession, size: number, goOn: (frame: ExtensionFrame) => void): void {
    const waiting = (this.waiting ??= [])
    this.waitingBytes += size
    const settle = (run: () => void): void => {
      if (this.waiting !== waiting) return
      this.waiting = undefined
      this.waitingBytes -= size
      run()
      this.goOn(waiting)
      this.owner.ready()
    }
    result.then(
      (frame) => settle(() => goOn(frame)),
      (error: unknown) => settle(() => this.owner.fail(encodeError(extension, error))),
    )
  }

  /** Runs what waited until one of it has to wait again. */
  private goOn(waited: Waiting[]): void {
    let done = 0
    while (done < waited.length && this.waiting === undefined) {
      const { size, run } = waited[done++]!
      this.waitingBytes -= size
      run()
    }
    // The frame that waits now came before the rest, and nothing can have come behind it yet.
    if (done < waited.length) (this.waiting as Waiting[] | undefined)?.push(...waited.slice(done))
  }

  private write(firstOctet: number, payload: Uint8Array): void {
    const { output } = this
    const { length } = payload
    if (this.options.role === 'client') {
      const key = this.options.random.uint32()
      const buffer = output.reserve(14 + length)
      const start = writeHeader(buffer, output.position, firstOctet, length, true, key)
      applyMaskInto(this.options.masker, payload, 0, length, key, buffer, start)
      output.advance(start + length - output.position)
      return
    }
    const reference = length >= REFERENCE_FROM
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

  /** Encodes straight behind the header; where the guess of the header's length was too short, the payload moves. */
  private writeText(firstOctet: number, text: string): void {
    const { output } = this
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

function encodeError(extension: ExtensionSession, cause: unknown): ConnectionError {
  if (cause instanceof ConnectionError) return cause
  return new ConnectionError(`the extension ${extension.name} could not encode a frame`, { fault: 'application', closeCode: INTERNAL_ERROR, cause })
}
