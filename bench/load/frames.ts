/** Frames that are serialized before anything is measured. */
import { constants, deflateRawSync } from 'node:zlib'

export type PayloadKind = 'text' | 'utf8' | 'binary' | 'json' | 'socket.io'

const words = 'the quick brown fox jumps over a lazy dog while seven boxing wizards mix liquid jugs of brine'.split(' ')
const otherWords = 'hawser трос 綱 câble tåg ⚓ 밧줄 σχοινί čáp 🚢'.split(' ')

/** Exactly `size` bytes; `seed` makes messages that differ. */
export function payload(kind: PayloadKind, size: number, seed: number): Buffer {
  if (kind === 'socket.io') return Buffer.from(`42["echo","${payload('text', size - '42["echo",""]'.length, seed).toString()}"]`)
  let state = (seed + 1) * 2654435761
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
  if (kind === 'binary') return Buffer.from(Uint8Array.from({ length: size }, () => next() & 0xff))
  const list = kind === 'utf8' ? otherWords : words
  const pieces: string[] = []
  let length = 0
  while (length < size) {
    const word = list[next() % list.length] as string
    const piece =
      kind === 'json' ? `{"id":${next() % 100000},"name":"${word}","at":${1700000000 + (next() % 1000000)},"ok":${next() % 2 === 0}},` : `${word} `
    pieces.push(piece)
    length += Buffer.byteLength(piece)
  }
  const bytes = Buffer.from(pieces.join(''))
  let end = size
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return Buffer.concat([bytes.subarray(0, end), Buffer.alloc(size - end, ' ')])
}

function header(length: number, opcode: number, compressed: boolean, masked: boolean): Buffer {
  const extended = length < 126 ? 0 : length < 65536 ? 2 : 8
  const bytes = Buffer.alloc(2 + extended)
  bytes[0] = 0x80 | (compressed ? 0x40 : 0) | opcode
  bytes[1] = (masked ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) bytes.writeUInt16BE(length, 2)
  else if (extended === 8) bytes.writeBigUInt64BE(BigInt(length), 2)
  return bytes
}

export function serverFrame(data: Uint8Array, opcode: number, compressed: boolean): Buffer {
  return Buffer.concat([header(data.length, opcode, compressed, false), data])
}

export function clientFrame(data: Uint8Array, opcode: number, compressed: boolean, seed: number): Buffer {
  const key = payload('binary', 4, seed + 7)
  const masked = Buffer.from(data)
  for (let i = 0; i < masked.length; i++) masked[i] = (masked[i] as number) ^ (key[i & 3] as number)
  return Buffer.concat([header(data.length, opcode, compressed, true), key, masked])
}

/** RFC 7692 section 7.2.1, as one message without context, within the 12 bits that hawser's server answers with. */
export function deflate(data: Uint8Array): Buffer {
  const out = deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: 12 })
  return out.subarray(0, out.length - 4)
}

/** Counts frames of unknown size in a byte stream. */
export class FrameScanner {
  frames = 0
  compressed = 0
  #skip = 0
  #header: number[] = []

  take(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, bytes.length - at)
        this.#skip -= step
        at += step
        if (this.#skip === 0) this.frames++
        continue
      }
      this.#header.push(bytes[at++] as number)
      const length = payloadLength(this.#header)
      if (length === undefined) continue
      if (((this.#header[0] as number) & 0x40) !== 0) this.compressed++
      this.#header.length = 0
      this.#skip = length
      if (length === 0) this.frames++
    }
  }
}

function payloadLength(head: readonly number[]): number | undefined {
  if (head.length < 2) return undefined
  const short = (head[1] as number) & 0x7f
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0
  if (head.length < 2 + extended) return undefined
  let length = extended === 0 ? short : 0
  for (let i = 0; i < extended; i++) length = length * 256 + (head[2 + i] as number)
  return length
}
