import type { BufferPool, TextCodec } from '../platform.ts'
import { applyMask } from './masking.ts'
import { BINARY, FIN, MASK, TEXT } from './opcode.ts'

/** The fields of a frame; nothing is checked, so that tests can break each rule. */
export interface FrameFields {
  /** 0 to 15 (RFC 6455 section 5.2). */
  readonly opcode: number
  /** The payload before masking. Default: empty. */
  readonly payload?: Uint8Array
  /** Default true. */
  readonly fin?: boolean
  /** A mask of RSV1 0x40, RSV2 0x20, RSV3 0x10. Default 0. */
  readonly rsv?: number
  /** Sets MASK and masks the payload (a copy of it). Default: not masked. */
  readonly maskingKey?: number | undefined
  /** The length that the header claims. Default: the payload's. */
  readonly payloadLength?: number | bigint
  /** How many octets the length takes. Default: the fewest. */
  readonly lengthOctets?: 1 | 2 | 8
}

/** One frame, RFC 6455 section 5.2, of either role. */
export function serializeFrame(frame: FrameFields): Uint8Array {
  const payload = frame.payload ?? new Uint8Array(0)
  const length = BigInt(frame.payloadLength ?? payload.length)
  const octets = frame.lengthOctets ?? (length < 126n ? 1 : length < 65536n ? 2 : 8)
  const masked = frame.maskingKey !== undefined
  const start = 1 + (octets === 1 ? 1 : octets === 2 ? 3 : 9) + (masked ? 4 : 0)
  const bytes = new Uint8Array(start + payload.length)
  bytes[0] = ((frame.fin ?? true) ? FIN : 0) | (frame.rsv ?? 0) | frame.opcode
  bytes[1] = (masked ? MASK : 0) | (octets === 1 ? Number(length & 0x7fn) : octets === 2 ? 126 : 127)
  if (octets > 1) for (let i = 0; i < octets; i++) bytes[1 + octets - i] = Number((length >> BigInt(8 * i)) & 0xffn)
  bytes.set(payload, start)
  if (frame.maskingKey !== undefined) {
    writeUint32(bytes, start - 4, frame.maskingKey)
    applyMask(bytes, start, bytes.length, frame.maskingKey)
  }
  return bytes
}

/**
 * A whole message as one server frame without an extension, for `sendPrepared` on many connections. Measured on Node 20, 1 KiB of text:
 * 0.4 µs, through `serializeFrame` 1.9.
 */
export function serializeMessage(data: string | Uint8Array, text: TextCodec, buffers?: BufferPool): Uint8Array {
  const isText = typeof data === 'string'
  const length = isText ? utf8Length(data, text) : data.length
  const size = headerLengthFor(length) + length
  const bytes = buffers?.allocateOutput?.(size) ?? new Uint8Array(size)
  const start = writeHeader(bytes, 0, FIN | (isText ? TEXT : BINARY), length, false, 0)
  if (isText) text.encodeUtf8Into(data, bytes, start)
  else bytes.set(data, start)
  return bytes
}

export function encodeText(text: string, codec: TextCodec): Uint8Array {
  const room = new Uint8Array(text.length < 1024 ? text.length * 3 : utf8Length(text, codec))
  return room.subarray(0, codec.encodeUtf8Into(text, room, 0))
}

/** Bytes of `text` as UTF-8, with lone surrogates as U+FFFD. */
export function utf8Length(text: string, codec: TextCodec): number {
  return codec.utf8Length === undefined ? countUtf8(text) : codec.utf8Length(text)
}

export function countUtf8(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    length += unit < 0x800 ? 1 : 2
    // A surrogate pair is 4 bytes for 2 units: counted as 3 for the first, 1 for the second.
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++
  }
  return length
}

/** How many octets the header takes, without the masking key. */
export function headerLengthFor(payloadLength: number): number {
  return payloadLength < 126 ? 2 : payloadLength < 65536 ? 4 : 10
}

/**
 * Writes the first octet, the MASK bit, the length in the fewest octets and the key.
 * @returns where the payload begins
 */
export function writeHeader(target: Uint8Array, at: number, firstOctet: number, payloadLength: number, masked: boolean, key: number): number {
  const mask = masked ? MASK : 0
  target[at] = firstOctet
  let next = at + 2
  if (payloadLength < 126) {
    target[at + 1] = mask | payloadLength
  } else if (payloadLength < 65536) {
    target[at + 1] = mask | 126
    target[at + 2] = payloadLength >>> 8
    target[at + 3] = payloadLength & 0xff
    next = at + 4
  } else {
    target[at + 1] = mask | 127
    writeUint32(target, at + 2, Math.floor(payloadLength / 0x1_0000_0000))
    writeUint32(target, at + 6, payloadLength >>> 0)
    next = at + 10
  }
  if (!masked) return next
  writeUint32(target, next, key)
  return next + 4
}

function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24
  target[at + 1] = (value >>> 16) & 0xff
  target[at + 2] = (value >>> 8) & 0xff
  target[at + 3] = value & 0xff
}
