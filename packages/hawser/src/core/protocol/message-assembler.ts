import type { ConnectionError } from '../errors.ts'
import type { BufferPool, TextCodec } from '../platform.ts'
import { type Assembler, decodeError, notUtf8, tooManyFragments, undefinedRsv } from './assembler.ts'
import type { MessageSink } from './events.ts'
import { type ExtensionCallback, extensionDone, type ExtensionFrame, type ExtensionOwner, type ExtensionSession, PENDING } from './extension.ts'
import type { FrameHeader } from './frame.ts'
import type { FrameOutcome } from './frame-parser.ts'
import type { ConnectionLimits } from './limits.ts'
import { TEXT } from './opcode.ts'
import { PieceBuffer } from './piece-buffer.ts'
import { plainView } from './plain-view.ts'
import * as rules from './rules.ts'
import { Utf8Validator } from './utf8-validator.ts'

/** Measured on Node 20: from here on asking for ASCII first costs less than decoding ASCII as UTF-8. */
const SCAN_FROM = 1024
/** Added to the bytes that an incomplete message holds: its objects. */
const MESSAGE_OVERHEAD = 256
/** Every runtime has strings of this length; the longest of V8 are 2^29 - 24 units on 64 bits, of others less. */
const LONGEST_CERTAIN_STRING = 1 << 28

/** A message that has begun and not ended. */
interface Message {
  readonly isText: boolean
  frames: number
  /** Its length so far, and up to the end of the current frame when no extension changes it. */
  length: number
  frameEnd: number
  readonly buffer: PieceBuffer
  /** The current frame as it was on the wire, for the extensions. */
  wire: PieceBuffer | undefined
  ascii: boolean
  utf8: Utf8Validator | undefined
  /** Under `fragmentStarts`: where its frames begin. */
  starts: number[] | undefined
}

export interface AssemblerOptions {
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly buffers: BufferPool
  readonly textAs?: 'string' | 'bytes'
  readonly view?: ((bytes: Uint8Array, start: number, end: number) => Uint8Array) | undefined
  readonly fragmentStarts?: boolean
}

/** A frame that an extension is decoding. */
interface Pending {
  readonly message: Message
  readonly fin: boolean
  readonly extension: number
}

/** Makes messages of the payloads of data frames (RFC 6455 sections 5.4, 5.6 and 8.1): limits, extensions, UTF-8. */
export class MessageAssembler implements Assembler {
  readonly #options: AssemblerOptions
  readonly #sink: MessageSink
  readonly #owner: ExtensionOwner
  #done: ExtensionCallback | undefined
  #current: Message | undefined
  #pending: Pending | undefined

  /** @param owner its `extensionDone` leads to `decoded` */
  constructor(options: AssemblerOptions, sink: MessageSink, owner: ExtensionOwner) {
    this.#options = options
    this.#sink = sink
    this.#owner = owner
  }

  get waitsForRoom(): boolean {
    return false
  }

  get heldBytes(): number {
    const message = this.#current
    if (message === undefined) return 0
    let bytes = message.buffer.capacity + (message.wire?.capacity ?? 0) + MESSAGE_OVERHEAD
    for (const { incompleteBytes } of this.#options.extensions) bytes += incompleteBytes ?? 0
    return bytes
  }

  resume(): FrameOutcome {
    return PENDING
  }

  clear(): void {
    this.#current?.buffer.clear()
    this.#current?.wire?.clear()
    this.#current = undefined
    this.#pending = undefined
  }

  /** A message in one frame, without extensions, within the limits. */
  whole(chunk: Uint8Array, start: number, end: number, isText: boolean, highBits: number): FrameOutcome {
    if (!isText) {
      this.#sink.message(this.#view(chunk, start, end), false)
      return undefined
    }
    const { text, textAs } = this.#options
    let ascii = (highBits & 0x80) === 0
    if (!ascii) {
      const view = plainView(chunk, start, end)
      ascii = isLongAscii(view, text)
      if (!ascii && !text.isUtf8(view)) return notUtf8()
    }
    if (textAs === 'bytes') {
      this.#sink.message(this.#view(chunk, start, end), true)
      return undefined
    }
    const string = this.#decodeText(chunk, start, end, ascii)
    if (string === undefined) return this.#tooLongForString(end - start)
    this.#sink.message(string, true)
    return undefined
  }

  begin(header: FrameHeader): FrameOutcome {
    const { limits, extensions } = this.#options
    const message = (this.#current ??= {
      isText: header.opcode === TEXT,
      frames: 0,
      length: 0,
      frameEnd: 0,
      // Only a buffer whose content is decoded to a string can be reused.
      buffer: new PieceBuffer(this.#options.buffers, header.opcode === TEXT && this.#options.textAs !== 'bytes'),
      wire: undefined,
      ascii: true,
      utf8: undefined,
      starts: this.#options.fragmentStarts === true ? [] : undefined,
    })
    message.frames++
    message.starts?.push(message.length)
    if (message.frames > limits.fragments) return tooManyFragments(limits.fragments)
    message.frameEnd = message.length + header.payloadLength
    if (extensions.length === 0 && message.frameEnd > limits.message) {
      return rules.tooBig(`a message of at least ${message.frameEnd} bytes is above the limit of ${limits.message}`, 'message')
    }
    return undefined
  }

  piece(bytes: Uint8Array, start: number, end: number, highBits: number, header: FrameHeader, last: boolean): FrameOutcome {
    const message = this.#current!
    if (this.#options.extensions.length === 0) return this.#add(message, bytes, start, end, highBits, last && header.fin, header.fin)
    let payload: Uint8Array
    if (last && message.wire === undefined) {
      payload = plainView(bytes, start, end)
    } else {
      const wire = (message.wire ??= new PieceBuffer(this.#options.buffers, false))
      const room = this.#options.limits.incompleteBytes - message.buffer.capacity - MESSAGE_OVERHEAD
      if (!wire.append(bytes, start, end, header.payloadLength, false, room)) return this.#tooMuchHeld()
      if (!last) return undefined
      payload = wire.take()
      message.wire = undefined
    }
    const frame: ExtensionFrame = { opcode: message.isText ? 1 : 2, first: message.frames === 1, fin: header.fin, rsv: header.rsv, payload }
    return this.#decode(message, frame, header.fin, this.#options.extensions.length - 1)
  }

  decoded(result: ExtensionFrame | Error | undefined): FrameOutcome {
    const pending = this.#pending
    if (pending === undefined || result === undefined) return undefined
    this.#pending = undefined
    if (result instanceof Error) return decodeError(this.#options.extensions[pending.extension]!, result)
    return this.#decode(pending.message, result, pending.fin, pending.extension - 1)
  }

  /** Section 9.1: the extension applied last when sending is undone first. */
  #decode(message: Message, frame: ExtensionFrame, fin: boolean, from: number): FrameOutcome {
    const { extensions, limits } = this.#options
    let current = frame
    for (let i = from; i >= 0; i--) {
      const extension = extensions[i]!
      let result: ExtensionFrame | typeof PENDING
      try {
        result = extension.decode(current, limits.message - message.length, (this.#done ??= extensionDone(this.#owner, 'decode')))
      } catch (error) {
        return decodeError(extension, error)
      }
      if (result === PENDING) {
        this.#pending = { message, fin, extension: i }
        return PENDING
      }
      current = result
    }
    if (current.rsv !== 0) return undefinedRsv()
    const { payload } = current
    if (message.length + payload.length > limits.message) {
      const length = message.length + payload.length
      return rules.tooBig(`a message of at least ${length} bytes after extensions is above the limit of ${limits.message}`, 'message')
    }
    if (!fin && this.heldBytes > limits.incompleteBytes) return this.#tooMuchHeld()
    message.frameEnd = message.length + payload.length
    return this.#add(message, payload, 0, payload.length, 0x80, fin, fin)
  }

  /** Appends decoded bytes. `lastFrame`: nothing follows `frameEnd`. */
  #add(message: Message, bytes: Uint8Array, start: number, end: number, highBits: number, complete: boolean, lastFrame: boolean): FrameOutcome {
    message.length += end - start
    if (message.isText && this.#options.text.validates !== false) {
      if (!message.ascii || ((highBits & 0x80) !== 0 && !isLongAscii(bytes.subarray(start, end), this.#options.text))) {
        message.ascii = false
        const utf8 = (message.utf8 ??= new Utf8Validator())
        if (!utf8.pushFast(bytes, start, end, this.#options.text)) return notUtf8()
      }
      if (complete && message.utf8 !== undefined && !message.utf8.complete) return notUtf8()
    }
    const { buffer } = message
    if (!complete || buffer.length > 0) {
      const room = this.#options.limits.incompleteBytes - (message.wire?.capacity ?? 0) - MESSAGE_OVERHEAD
      if (!buffer.append(bytes, start, end, message.frameEnd, !lastFrame, room)) return this.#tooMuchHeld()
      if (!complete) return undefined
      this.#current = undefined
      const { length } = buffer
      return this.#deliver(message, buffer.take(), 0, length)
    }
    this.#current = undefined
    return this.#deliver(message, bytes, start, end)
  }

  #deliver(message: Message, bytes: Uint8Array, start: number, end: number): FrameOutcome {
    if (!message.isText || this.#options.textAs === 'bytes') {
      const fragments = message.frames > 1 ? message.starts : undefined
      this.#sink.message(this.#view(bytes, start, end), message.isText, fragments)
      return undefined
    }
    const string = this.#decodeText(bytes, start, end, message.ascii)
    message.buffer.clear()
    if (string === undefined) return this.#tooLongForString(end - start)
    this.#sink.message(string, true)
    return undefined
  }

  #view(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const { view } = this.#options
    return view === undefined ? plainView(bytes, start, end) : view(bytes, start, end)
  }

  /** Undefined where the text is longer than the runtime's longest string. */
  #decodeText(bytes: Uint8Array, start: number, end: number, ascii: boolean): string | undefined {
    const { text } = this.#options
    if (end - start < LONGEST_CERTAIN_STRING) return ascii ? text.decodeLatin1(bytes, start, end) : text.decodeUtf8(bytes, start, end)
    try {
      return ascii ? text.decodeLatin1(bytes, start, end) : text.decodeUtf8(bytes, start, end)
    } catch {
      return undefined
    }
  }

  #tooLongForString(length: number): ConnectionError {
    return rules.tooBig(`a text message of ${length} bytes is longer than the longest string of this runtime`, 'message')
  }

  #tooMuchHeld(): ConnectionError {
    return rules.tooBig(`an incomplete message would hold more than the limit of ${this.#options.limits.incompleteBytes} bytes`, 'incompleteBytes')
  }
}

/** Unmasked input has not been scanned for ASCII. */
function isLongAscii(bytes: Uint8Array, text: TextCodec): boolean {
  return bytes.length >= SCAN_FROM && text.isAscii !== undefined && text.isAscii(bytes)
}
