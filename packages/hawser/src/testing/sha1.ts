import { encodeBase64 } from '../core/base64.ts'

/** base64(SHA-1(text)) of RFC 3174 in plain JavaScript, for Sec-WebSocket-Accept; `text` is ASCII. */
export function sha1Base64(text: string): string {
  const padded = pad(text)
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0])
  for (let block = 0; block < padded.byteLength; block += 64) digestBlock(state, new DataView(padded.buffer, block, 64))
  const digest = new DataView(new ArrayBuffer(20))
  for (const [index, word] of state.entries()) digest.setUint32(4 * index, word)
  return encodeBase64(new Uint8Array(digest.buffer))
}

/** Section 4: a 1 bit, zeros, and the length in bits. */
function pad(text: string): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((text.length + 9) / 64) * 64)
  for (let i = 0; i < text.length; i++) padded[i] = text.charCodeAt(i)
  padded[text.length] = 0x80
  new DataView(padded.buffer).setUint32(padded.byteLength - 4, text.length * 8)
  return padded
}

/** Section 6.1. */
function digestBlock(state: Uint32Array, block: DataView): void {
  const words = new Uint32Array(80)
  for (let t = 0; t < 80; t++)
    words[t] = t < 16 ? block.getUint32(4 * t) : rotate(word(words, t - 3) ^ word(words, t - 8) ^ word(words, t - 14) ^ word(words, t - 16), 1)
  let [a, b, c, d, e] = state as unknown as [number, number, number, number, number]
  for (let t = 0; t < 80; t++) {
    const mixed = t < 20 ? (b & c) | (~b & d) : t >= 40 && t < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d
    const constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][Math.floor(t / 20)] as number
    const next = (rotate(a, 5) + mixed + e + word(words, t) + constant) | 0
    e = d
    d = c
    c = rotate(b, 30)
    b = a
    a = next
  }
  for (const [index, value] of [a, b, c, d, e].entries()) state[index] = word(state, index) + value
}

const word = (words: Uint32Array, index: number): number => words[index] as number

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))
