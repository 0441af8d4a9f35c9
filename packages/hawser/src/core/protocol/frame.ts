import { FIN, MASK } from './opcode.ts'

/**
 * The header of a frame, RFC 6455 section 5.2:
 * ```
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-------+-+-------------+-------------------------------+
 *  |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
 *  |I|S|S|S|  (4)  |A|     (7)     |             (16/64)           |
 *  |N|V|V|V|       |S|             |   (if payload len==126/127)   |
 *  | |1|2|3|       |K|             |                               |
 *  +-+-+-+-+-------+-+-------------+ - - - - - - - - - - - - - - - +
 *  |     Extended payload length continued, if payload len == 127  |
 *  + - - - - - - - - - - - - - - - +-------------------------------+
 *  |                               |Masking-key, if MASK set to 1  |
 *  +-------------------------------+-------------------------------+
 *  | Masking-key (continued)       |          Payload Data         |
 *  +-------------------------------- - - - - - - - - - - - - - - - +
 * ```
 */
export interface FrameHeader {
  /** The FIN bit. */
  readonly fin: boolean
  /** As in the octet: a mask of RSV1 0x40, RSV2 0x20, RSV3 0x10. */
  readonly rsv: number
  /** 0 to 15. */
  readonly opcode: number
  /** The MASK bit. */
  readonly masked: boolean
  /** The first octet of the key is the most significant; 0 in a frame without a masking key. */
  readonly maskingKey: number
  /** Exact up to 2^53 - 1, `Infinity` above. */
  readonly payloadLength: number
  /** The length was encoded in the fewest octets. */
  readonly minimalLength: boolean
  /** The most significant bit of a 64-bit length was set. */
  readonly lengthTopBit: boolean
  /** Bytes of the header, with the masking key. */
  readonly headerLength: number
}

/** A header is never longer. */
export const MAX_HEADER_LENGTH = 14

/** How long the header is that begins with these two octets. */
export function headerLengthOf(secondOctet: number): number {
  const length = secondOctet & 0x7f
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + ((secondOctet & MASK) !== 0 ? 4 : 0)
}

/**
 * Reads the header at `start` without judging it.
 * @returns undefined when `bytes[start, end)` does not hold all of it
 */
export function parseFrameHeader(bytes: Uint8Array, start = 0, end: number = bytes.length): FrameHeader | undefined {
  if (end - start < 2) return undefined
  const first = bytes[start]!
  const second = bytes[start + 1]!
  const headerLength = headerLengthOf(second)
  if (end - start < headerLength) return undefined
  const short = second & 0x7f
  let payloadLength = short
  let minimalLength = true
  let lengthTopBit = false
  if (short === 126) {
    payloadLength = (bytes[start + 2]! << 8) | bytes[start + 3]!
    minimalLength = payloadLength > 125
  } else if (short === 127) {
    const high = uint32At(bytes, start + 2)
    payloadLength = high > 0x1fffff ? Infinity : high * 0x1_0000_0000 + uint32At(bytes, start + 6)
    minimalLength = payloadLength > 0xffff
    lengthTopBit = high > 0x7fffffff
  }
  const masked = (second & MASK) !== 0
  return {
    fin: (first & FIN) !== 0,
    rsv: first & 0x70,
    opcode: first & 0x0f,
    masked,
    maskingKey: masked ? uint32At(bytes, start + headerLength - 4) : 0,
    payloadLength,
    minimalLength,
    lengthTopBit,
    headerLength,
  }
}

function uint32At(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
