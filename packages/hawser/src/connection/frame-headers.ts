/** Frame headers (RFC 6455 section 5.2) for observers, which judge nothing: what is no frame is read as the header that it looks like. */

/** Two bytes, eight of an extended payload length, and four of a masking key. */
export const LONGEST_HEADER = 14

/** @param second the second byte of the header */
export function headerLength(second: number): number {
  return 2 + extendedBytes(second) + ((second & 0x80) === 0 ? 0 : 4)
}

/** A length above 2^53 is rounded. @param at where the header begins */
export function payloadLength(bytes: Uint8Array, at: number): number {
  const second = bytes[at + 1]!
  const extended = extendedBytes(second)
  if (extended === 0) return second & 0x7f
  let length = 0
  for (let index = at + 2; index < at + 2 + extended; index++) length = length * 256 + bytes[index]!
  return length
}

/** @returns undefined where the MASK bit is 0 */
export function maskingKeyOf(header: Uint8Array): Uint8Array | undefined {
  const second = header[1]!
  if ((second & 0x80) === 0) return undefined
  const start = 2 + extendedBytes(second)
  return header.slice(start, start + 4)
}

function extendedBytes(second: number): 0 | 2 | 8 {
  const length = second & 0x7f
  return length < 126 ? 0 : length === 126 ? 2 : 8
}
