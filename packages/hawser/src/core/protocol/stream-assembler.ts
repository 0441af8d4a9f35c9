import { ConnectionError } from '../errors.ts'
import type { TextCodec } from '../platform.ts'
import { type Assembler, decodeError, notUtf8, tooManyFragments, undefinedRsv } from './assembler.ts'
import type { CloseFrame, PieceSink } from './events.ts'
import { type ExtensionFrame, type ExtensionSession, PENDING, type PieceDecoder } from './extension.ts'
import type { FrameHeader } from './frame.ts'
import type { FrameOutcome } from './frame-parser.ts'
import type { ConnectionLimits } from './limits.ts'
import { TEXT } from './opcode.ts'
import { plainView } from './plain-view.ts'
import * as rules from './rules.ts'
import { Utf8Validator } from './utf8-validator.ts'

/** The bytes that an incomplete message costs here: its objects. */
const MESSAGE_OVERHEAD = 256

/** A message that has begun and not ended. */
interface Message {
  readonly isText: boolean
  frames: number
  /** Its length so far, after extensions. */
  length: number
  utf8: Utf8Validator | undefined
  /** The last payload byte has arrived; a decoder may have more. */
  isReceived: boolean
}

export interface StreamAssemblerOptions {
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
}

/**
 * Hands the payloads of data frames over while they arrive (RFC 6455 sections 5.4, 5.6 and 8.1), with the limits and errors of `MessageAssembler`. It holds no
 * payload but the piece that a decoder works on: while the connection is paused, the decoder waits.
 */
export class StreamAssembler implements Assembler {
  /** Bytes of payload received so far. */
  received = 0
  readonly #options: StreamAssemblerOptions
  readonly #sink: PieceSink
  readonly #isPaused: () => boolean
  readonly #ready: (error?: Error) => void
  readonly #decoder: PieceDecoder | undefined
  #current: Message | undefined
  /** Why it answered PENDING. */
  #waitsFor: 'room' | 'decoder' | undefined

  /**
   * @param isPaused whether the sink wants no more now
   * @param ready given to the decoder; leads to `decoded`
   */
  constructor(options: StreamAssemblerOptions, sink: PieceSink, isPaused: () => boolean, ready: (error?: Error) => void) {
    this.#options = options
    this.#sink = sink
    this.#isPaused = isPaused
    this.#ready = ready
    this.#decoder = options.extensions[0]?.pieces
  }

  /** Whether messages can be decoded piece by piece: without extensions, or with one that does. */
  static isPossible(extensions: readonly ExtensionSession[]): boolean {
    return extensions.length === 0 || (extensions.length === 1 && extensions[0]!.pieces !== undefined)
  }

  get heldBytes(): number {
    return this.#current === undefined ? 0 : MESSAGE_OVERHEAD + (this.#decoder?.heldBytes ?? 0)
  }

  get waitsForRoom(): boolean {
    return this.#waitsFor === 'room'
  }

  clear(reason?: CloseFrame | ConnectionError): void {
    this.#waitsFor = undefined
    if (this.#current === undefined) return
    this.#current = undefined
    this.#sink.cut(reason === undefined || reason instanceof ConnectionError ? reason : closedInside(reason))
  }

  whole(bytes: Uint8Array, start: number, end: number, isText: boolean, highBits: number): FrameOutcome {
    if (isText && (highBits & 0x80) !== 0 && !this.#options.text.isUtf8(plainView(bytes, start, end))) return notUtf8()
    this.received += end - start
    this.#sink.begin(isText)
    if (end > start) this.#sink.piece(bytes, start, end)
    this.#sink.end()
    return undefined
  }

  begin(header: FrameHeader): FrameOutcome {
    const { limits, extensions } = this.#options
    const first = this.#current === undefined
    const message = (this.#current ??= { isText: header.opcode === TEXT, frames: 0, length: 0, utf8: undefined, isReceived: false })
    message.frames++
    if (message.frames > limits.fragments) return tooManyFragments(limits.fragments)
    if (this.#decoder === undefined) {
      const length = message.length + header.payloadLength
      if (length > this.#maxLength) return this.#tooLong(length)
    } else {
      try {
        const { fin, rsv } = header
        if (this.#decoder.begin({ opcode: message.isText ? 1 : 2, first, fin, rsv }) !== 0) return undefinedRsv()
      } catch (error) {
        return decodeError(extensions[0]!, error)
      }
    }
    if (first) this.#sink.begin(message.isText)
    return undefined
  }

  piece(bytes: Uint8Array, start: number, end: number, highBits: number, header: FrameHeader, last: boolean): FrameOutcome {
    const message = this.#current
    // The sink has failed the connection.
    if (message === undefined) return undefined
    this.received += end - start
    message.isReceived = last && header.fin
    if (this.#decoder === undefined) return this.#add(message, bytes, start, end, highBits) ?? (message.isReceived ? this.#end(message) : undefined)
    if (start !== end || message.isReceived) this.#decoder.write(bytes.slice(start, end), message.isReceived)
    return this.#decode(this.#decoder)
  }

  decoded(result: ExtensionFrame | Error | undefined): FrameOutcome {
    if (this.#waitsFor !== 'decoder') return this.#waitsFor === undefined ? undefined : PENDING
    if (result instanceof Error) return decodeError(this.#options.extensions[0]!, result)
    return this.resume()
  }

  resume(): FrameOutcome {
    this.#waitsFor = undefined
    return this.#decoder === undefined ? undefined : this.#decode(this.#decoder)
  }

  /** Decodes as much as the sink takes of what was written. */
  #decode(decoder: PieceDecoder): FrameOutcome {
    let message: Message | undefined
    while ((message = this.#current) !== undefined) {
      if (this.#isPaused()) {
        this.#waitsFor = 'room'
        return PENDING
      }
      let output: Uint8Array | typeof PENDING | undefined
      try {
        output = decoder.read(this.#ready)
      } catch (error) {
        return decodeError(this.#options.extensions[0]!, error)
      }
      if (output === PENDING) {
        this.#waitsFor = 'decoder'
        return PENDING
      }
      if (output === undefined) return message.isReceived ? this.#end(message) : undefined
      if (message.length + output.length > this.#maxLength) return this.#tooLong(message.length + output.length)
      const error = this.#add(message, output, 0, output.length, 0x80)
      if (error !== undefined) return error
    }
    return undefined
  }

  /** Validates and hands over decoded bytes. */
  #add(message: Message, bytes: Uint8Array, start: number, end: number, highBits: number): FrameOutcome {
    const { text } = this.#options
    message.length += end - start
    if (message.isText && text.validates !== false && (message.utf8 !== undefined || (highBits & 0x80) !== 0)) {
      const utf8 = (message.utf8 ??= new Utf8Validator())
      if (!utf8.pushFast(bytes, start, end, text)) return notUtf8()
    }
    if (end > start) this.#sink.piece(bytes, start, end)
    return undefined
  }

  #end(message: Message): FrameOutcome {
    if (message.utf8?.complete === false) return notUtf8()
    // The sink may have failed the connection with the last piece.
    if (this.#current === undefined) return undefined
    this.#current = undefined
    this.#sink.end()
    return undefined
  }

  get #maxLength(): number {
    return this.#options.limits.streamedMessage ?? Infinity
  }

  #tooLong(length: number): ConnectionError {
    return rules.tooBig(`a message of at least ${length} bytes is above the limit of ${this.#maxLength}`, 'streamedMessage')
  }
}

function closedInside({ code, reason }: CloseFrame): ConnectionError {
  const why = reason === '' ? '' : ` ${reason}`
  return new ConnectionError(`the peer sent a Close frame, ${code}${why}, in the middle of a message`, { fault: 'peer', closeCode: code })
}
