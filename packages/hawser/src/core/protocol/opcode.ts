/** Opcodes of RFC 6455 section 5.2 (registry: section 11.8). */
export const CONTINUATION = 0x0
/** Opcode of a text frame (RFC 6455 section 5.6). */
export const TEXT = 0x1
/** Opcode of a binary frame (RFC 6455 section 5.6). */
export const BINARY = 0x2
/** Opcode of a Close frame (RFC 6455 section 5.5.1). */
export const CLOSE = 0x8
/** Opcode of a Ping frame (RFC 6455 section 5.5.2). */
export const PING = 0x9
/** Opcode of a Pong frame (RFC 6455 section 5.5.3). */
export const PONG = 0xa

/** FIN in the first octet of a frame, MASK in the second. */
export const FIN = 0x80
export const MASK = 0x80

/** Section 5.5: control frames are those whose opcode has its most significant bit set. */
export function isControlOpcode(opcode: number): boolean {
  return (opcode & 0x8) !== 0
}

/** Section 5.2: 0x3-7 and 0xB-F are reserved. */
export function isReservedOpcode(opcode: number): boolean {
  return (opcode & 0x7) > 0x2
}

/** The name of a frame in messages: `text`, `Close`, or `reserved opcode 0x3`. */
export function describeOpcode(opcode: number): string {
  switch (opcode) {
    case CONTINUATION:
      return 'continuation'
    case TEXT:
      return 'text'
    case BINARY:
      return 'binary'
    case CLOSE:
      return 'Close'
    case PING:
      return 'Ping'
    case PONG:
      return 'Pong'
    default:
      return `reserved opcode 0x${opcode.toString(16)}`
  }
}
