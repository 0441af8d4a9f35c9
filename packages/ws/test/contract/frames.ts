import { Buffer } from 'node:buffer'
import { parseFrameHeader, serializeFrame } from 'hawser/protocol'
import type { FrameFields } from 'hawser/protocol'

/** Fields of a frame with a payload of Latin-1. */
export interface FrameSpec extends Omit<FrameFields, 'payload' | 'maskingKey'> {
  readonly payload?: string | Uint8Array
  /** Default: as the role of the sender demands. */
  readonly masked?: boolean
}

/** A frame as the peer of `role` sends it. */
export function frameFor(role: 'server' | 'client', { payload = '', masked = role === 'server', ...fields }: FrameSpec): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  return Buffer.from(serializeFrame({ ...fields, payload: bytes, maskingKey: masked ? 0x0a0b0c0d : undefined }))
}

const NAMES: Readonly<Record<number, string>> = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' }

/** One line for each frame: what bits it has, its kind and its payload. */
export function describeFrames(bytes: Buffer): string[] {
  const lines: string[] = []
  let at = 0
  while (at < bytes.length) {
    const header = parseFrameHeader(bytes, at, bytes.length)
    if (header === undefined) return [...lines, `incomplete header ${bytes.subarray(at).toString('hex')}`]
    const start = at + header.headerLength
    const payload = Buffer.from(bytes.subarray(start, start + header.payloadLength))
    if (payload.length < header.payloadLength) return [...lines, `incomplete frame of ${header.payloadLength}`]
    const key = Buffer.alloc(4)
    key.writeUInt32BE(header.maskingKey)
    if (header.masked) for (let i = 0; i < payload.length; i++) payload[i]! ^= key[i & 3]!
    const flags = [header.fin ? '' : 'not fin', header.rsv === 0 ? '' : `rsv ${header.rsv}`, header.masked ? 'masked' : ''].filter(Boolean).join(' ')
    const shown = header.opcode === 8 ? describeClose(payload) : describeBytes(payload)
    lines.push([flags, NAMES[header.opcode] ?? `opcode ${header.opcode}`, shown].filter(Boolean).join(' '))
    at = start + header.payloadLength
  }
  return lines
}

/** The code and the reason. */
function describeClose(body: Buffer): string {
  return body.length < 2 ? `without a code ${describeBytes(body)}` : `${body.readUInt16BE(0)} ${describeBytes(body.subarray(2))}`
}

/** Short payloads as they are, long ones by length and sum. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length <= 48) return JSON.stringify(Buffer.from(bytes).toString('latin1'))
  let sum = 0
  for (const byte of bytes) sum = (sum * 31 + byte) >>> 0
  return `${bytes.length} bytes ${sum.toString(16)}`
}
