/**
 * Frames as the suite writes and reads them. Deliberately not the product's own: a defect there must not hide itself,
 * and this one can write what no endpoint may.
 */

export const opcodes: { readonly continuation: 0; readonly text: 1; readonly binary: 2; readonly close: 8; readonly ping: 9; readonly pong: 10 } = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
}

export interface WireFrame {
  readonly fin: boolean
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv: number
  readonly opcode: number
  readonly masked: boolean
  readonly maskingKey: Uint8Array | undefined
  /** Unmasked. */
  readonly payload: Uint8Array
  /** The length field has the shortest form. */
  readonly minimal: boolean
  readonly byteLength: number
}

export interface FrameParts {
  readonly fin: boolean
  readonly rsv: number
  readonly opcode: number
  readonly maskingKey: Uint8Array | undefined
  readonly payload: Uint8Array
  readonly lengthForm?: 7 | 16 | 64
  /** Written in place of the payload's length. */
  readonly declaredLength?: bigint
}

export function serializeFrame(frame: FrameParts): Uint8Array {
  const declared = frame.declaredLength ?? BigInt(frame.payload.length)
  const form = frame.lengthForm ?? (declared < 126n ? 7 : declared < 65536n ? 16 : 64)
  const headLength = 2 + (form === 7 ? 0 : form === 16 ? 2 : 8) + (frame.maskingKey === undefined ? 0 : 4)
  const bytes = Buffer.alloc(headLength + frame.payload.length)
  bytes[0] = (frame.fin ? 0x80 : 0) | ((frame.rsv & 7) << 4) | (frame.opcode & 15)
  const maskBit = frame.maskingKey === undefined ? 0 : 0x80
  if (form === 7) bytes[1] = maskBit | Number(declared & 0x7fn)
  else if (form === 16) {
    bytes[1] = maskBit | 126
    bytes.writeUInt16BE(Number(declared & 0xffffn), 2)
  } else {
    bytes[1] = maskBit | 127
    bytes.writeBigUInt64BE(BigInt.asUintN(64, declared), 2)
  }
  bytes.set(frame.payload, headLength)
  if (frame.maskingKey !== undefined) {
    bytes.set(frame.maskingKey, headLength - 4)
    applyMask(bytes, headLength, frame.maskingKey)
  }
  return bytes
}

/** @returns undefined while bytes are missing, a string that says what no frame can be */
export function parseFrame(bytes: Uint8Array): WireFrame | string | undefined {
  if (bytes.length < 2) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = view.getUint8(0)
  const second = view.getUint8(1)
  let length = second & 0x7f
  let offset = 2
  let minimal = true
  if (length === 126) {
    if (bytes.length < 4) return undefined
    length = view.getUint16(2)
    minimal = length > 125
    offset = 4
  } else if (length === 127) {
    if (bytes.length < 10) return undefined
    const long = view.getBigUint64(2)
    if (long > 0xffff_ffffn) return `a frame of ${long} bytes`
    length = Number(long)
    minimal = length > 65535
    offset = 10
  }
  const masked = second > 127
  if (masked) offset += 4
  if (bytes.length < offset + length) return undefined
  const maskingKey = masked ? bytes.slice(offset - 4, offset) : undefined
  const payload = bytes.slice(offset, offset + length)
  if (maskingKey !== undefined) applyMask(payload, 0, maskingKey)
  return { fin: first > 127, rsv: (first >> 4) & 7, opcode: first & 15, masked, maskingKey, payload, minimal, byteLength: offset + length }
}

function applyMask(bytes: Uint8Array, from: number, key: Uint8Array): void {
  for (let index = from; index < bytes.length; index++) bytes[index] = bytes[index]! ^ key[(index - from) & 3]!
}

const names = new Map([
  [0, 'Continuation'],
  [1, 'Text'],
  [2, 'Binary'],
  [8, 'Close'],
  [9, 'Ping'],
  [10, 'Pong'],
])

/** For people: `Text, not final, RSV1, masked, 5 bytes, "hello"`. */
export function describeFrame(frame: {
  opcode: number
  fin: boolean
  rsv: number
  payload: Uint8Array
  maskingKey?: Uint8Array | undefined
}): string {
  const parts: string[] = [names.get(frame.opcode) ?? `opcode 0x${frame.opcode.toString(16)}`]
  if (!frame.fin) parts.push('not final')
  for (const [bit, name] of [
    [4, 'RSV1'],
    [2, 'RSV2'],
    [1, 'RSV3'],
  ] as const)
    if ((frame.rsv & bit) !== 0) parts.push(name)
  parts.push(frame.maskingKey === undefined ? 'unmasked' : 'masked', `${frame.payload.length} bytes`)
  if (frame.opcode === opcodes.close && frame.payload.length >= 2) {
    parts.push(`code ${(frame.payload[0]! << 8) | frame.payload[1]!}`)
    if (frame.payload.length > 2) parts.push(excerpt(frame.payload.subarray(2)))
  } else if (frame.payload.length > 0) parts.push(excerpt(frame.payload))
  return parts.join(', ')
}

/** At most 40 bytes, as text where they are printable ASCII, else in hexadecimal. */
export function excerpt(bytes: Uint8Array): string {
  const part = Buffer.from(bytes.subarray(0, 40))
  const more = bytes.length > 40 ? '…' : ''
  return part.every((byte) => byte >= 0x20 && byte < 0x7f) ? `"${part.toString('latin1')}${more}"` : `${part.toString('hex')}${more}`
}

/** The code of a Close frame's payload: `none` without one, `malformed` for a single byte. */
export function closeCodeOf(payload: Uint8Array): number | 'none' | 'malformed' {
  if (payload.length === 0) return 'none'
  return payload.length === 1 ? 'malformed' : (payload[0]! << 8) | payload[1]!
}

/** RFC 6455 section 7.4: codes that an endpoint may put into a Close frame. */
export function mayGoOnWire(code: number): boolean {
  return (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)
}
