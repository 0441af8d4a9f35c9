import { ConnectionError } from '../errors.ts'
import type { BufferPool, TextCodec } from '../platform.ts'
import { INVALID_PAYLOAD } from './close-code.ts'
import type { ConnectionHandler } from './events.ts'
import type { ExtensionFrame, ExtensionSession } from './extension.ts'
import type { FrameHeader } from './frame.ts'
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
}

export interface AssemblerOptions {
  readonly limits: ConnectionLimits
  readonly extensions: readonly ExtensionSession[]
  readonly text: TextCodec
  readonly buffers: BufferPool
  readonly textAs?: 'string' | 'bytes'
}

/** Who holds input while an extension takes its time. */
export interface Suspender {
  /** @param settled gives what is left to do once the extension is ready; it does not reject */
  suspend(settled: Promise<() => ConnectionError | undefined>): void
}

/** Makes messages of the payloads of data frames (RFC 6455 sections 5.4, 5.6 and 8.1): limits, extensions, UTF-8. */
export class MessageAssembler {
  private readonly options: AssemblerOptions
  private readonly handler: ConnectionHandler
  private readonly suspender: Suspender
  private current: Message | undefined

  constructor(options: AssemblerOptions, handler: ConnectionHandler, suspender: Suspender) {
    this.options = options
    this.handler = handler
    this.suspender = suspender
  }

  /** What the message in progress holds, in bytes. */
  get heldBytes(): number {
    const message = this.current
    return message === undefined ? 0 : message.buffer.capacity + (message.wire?.capacity ?? 0) + MESSAGE_OVERHEAD
  }

  clear(): void {
    this.current?.buffer.clear()
    this.current = undefined
  }

  /** A message in one frame, without extensions, within the limits. */
  whole(chunk: Uint8Array, start: number, end: number, isText: boolean, seen: number): ConnectionError | undefined {
    if (!isText) {
      this.handler.message(plainView(chunk, start, end), false)
      return undefined
    }
    const { text, textAs } = this.options
    let ascii = (seen & 0x80) === 0
    if (!ascii) {
      const view = plainView(chunk, start, end)
      ascii = isLongAscii(view, text)
      if (!ascii && !text.isUtf8(view)) return notUtf8()
    }
    this.handler.message(
      textAs === 'bytes' ? plainView(chunk, start, end) : ascii ? text.decodeLatin1(chunk, start, end) : text.decodeUtf8(chunk, start, end),
      true,
    )
    return undefined
  }

  begin(header: FrameHeader): ConnectionError | undefined {
    const { limits, extensions } = this.options
    const message = (this.current ??= {
      isText: header.opcode === TEXT,
      frames: 0,
      length: 0,
      frameEnd: 0,
      // A buffer whose content becomes a string can be used again; one that is handed over cannot.
      buffer: new PieceBuffer(this.options.buffers, header.opcode === TEXT && this.options.textAs !== 'bytes'),
      wire: undefined,
      ascii: true,
      utf8: undefined,
    })
    message.frames++
    if (message.frames > limits.fragments) return rules.tooBig(`a message had more than ${limits.fragments} frames`)
    message.frameEnd = message.length + header.payloadLength
    if (extensions.length === 0 && message.frameEnd > limits.message) {
      return rules.tooBig(`a message of at least ${message.frameEnd} bytes is above the limit of ${limits.message}`)
    }
    return undefined
  }

  piece(bytes: Uint8Array, start: number, end: number, seen: number, header: FrameHeader, last: boolean): ConnectionError | undefined {
    const message = this.current!
    if (this.options.extensions.length === 0) return this.add(message, bytes, start, end, seen, last && header.fin, header.fin)
    let payload: Uint8Array
    if (last && message.wire === undefined) {
      payload = plainView(bytes, start, end)
    } else {
      const wire = (message.wire ??= new PieceBuffer(this.options.buffers, false))
      const room = this.options.limits.incompleteBytes - message.buffer.capacity - MESSAGE_OVERHEAD
      if (!wire.append(bytes, start, end, header.payloadLength, false, room)) return this.tooMuchHeld()
      if (!last) return undefined
      payload = wire.take()
      message.wire = undefined
    }
    const frame: ExtensionFrame = { opcode: message.isText ? 1 : 2, first: message.frames === 1, fin: header.fin, rsv: header.rsv, payload }
    return this.decode(message, frame, this.options.extensions.length - 1)
  }

  /** Section 9.1: what was applied last when sending is undone first. */
  private decode(message: Message, frame: ExtensionFrame, from: number): ConnectionError | undefined {
    const { extensions, limits } = this.options
    let current = frame
    for (let i = from; i >= 0; i--) {
      const extension = extensions[i]!
      let result: ExtensionFrame | Promise<ExtensionFrame>
      try {
        result = extension.decode(current, limits.message - message.length)
      } catch (error) {
        return decodeError(extension, error)
      }
      if (isPromise(result)) {
        this.suspender.suspend(
          result.then(
            (next) => () => this.decode(message, next, i - 1),
            (error: unknown) => () => decodeError(extension, error),
          ),
        )
        return undefined
      }
      current = result
    }
    if (current.rsv !== 0) {
      return rules.protocolError('a data frame had an RSV bit set that the extension which owns it does not define there', rules.RSV_BITS)
    }
    const { payload } = current
    if (message.length + payload.length > limits.message) {
      return rules.tooBig(`a message of at least ${message.length + payload.length} bytes after extensions is above the limit of ${limits.message}`)
    }
    message.frameEnd = message.length + payload.length
    return this.add(message, payload, 0, payload.length, 0x80, frame.fin, frame.fin)
  }

  /** The next bytes of the message itself. `lastFrame` tells that nothing follows `frameEnd`. */
  private add(
    message: Message,
    bytes: Uint8Array,
    start: number,
    end: number,
    seen: number,
    complete: boolean,
    lastFrame: boolean,
  ): ConnectionError | undefined {
    message.length += end - start
    if (message.isText) {
      if (!message.ascii || ((seen & 0x80) !== 0 && !isLongAscii(bytes.subarray(start, end), this.options.text))) {
        message.ascii = false
        const utf8 = (message.utf8 ??= new Utf8Validator())
        if (!utf8.pushFast(bytes, start, end, this.options.text)) return notUtf8()
      }
      if (complete && message.utf8 !== undefined && !message.utf8.complete) return notUtf8()
    }
    const { buffer } = message
    if (!complete || buffer.length > 0) {
      const room = this.options.limits.incompleteBytes - (message.wire?.capacity ?? 0) - MESSAGE_OVERHEAD
      if (!buffer.append(bytes, start, end, message.frameEnd, !lastFrame, room)) return this.tooMuchHeld()
      if (!complete) return undefined
      this.current = undefined
      const { length } = buffer
      this.deliver(message, buffer.take(), 0, length)
    } else {
      this.current = undefined
      this.deliver(message, bytes, start, end)
    }
    return undefined
  }

  private deliver(message: Message, bytes: Uint8Array, start: number, end: number): void {
    const { text, textAs } = this.options
    if (!message.isText || textAs === 'bytes') {
      this.handler.message(plainView(bytes, start, end), message.isText)
      return
    }
    const string = message.ascii ? text.decodeLatin1(bytes, start, end) : text.decodeUtf8(bytes, start, end)
    message.buffer.clear()
    this.handler.message(string, true)
  }

  private tooMuchHeld(): ConnectionError {
    return rules.tooBig(`an incomplete message would hold more than the limit of ${this.options.limits.incompleteBytes} bytes`)
  }
}

export function isPromise<T extends object>(result: T | Promise<T>): result is Promise<T> {
  return typeof (result as { then?: unknown }).then === 'function'
}

/** What came unmasked has not been looked at. */
function isLongAscii(bytes: Uint8Array, text: TextCodec): boolean {
  return bytes.length >= SCAN_FROM && text.isAscii !== undefined && text.isAscii(bytes)
}

function notUtf8(): ConnectionError {
  return rules.payloadError('a text message was not UTF-8', rules.TEXT_UTF8)
}

function decodeError(extension: ExtensionSession, cause: unknown): ConnectionError {
  if (cause instanceof ConnectionError) return cause
  const message = `the extension ${extension.name} could not decode a frame`
  return new ConnectionError(message, { fault: 'peer', closeCode: INVALID_PAYLOAD, rule: rules.EXTENSION_DATA, cause })
}
