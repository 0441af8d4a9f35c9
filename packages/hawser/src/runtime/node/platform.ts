import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import * as crypto from 'node:crypto'
import type { Platform, RandomSource, Sha1Base64, TextCodec } from '../../core/platform.ts'
import { SizedBufferPool } from './buffer-pool.ts'
import { createByteMasker } from './byte-masker.ts'
import { process } from './process.ts'

/** Methods of Buffer.prototype that work on any Uint8Array and skip the conversion of encodings. */
interface NativeSlices {
  readonly utf8Slice?: (this: Uint8Array, start: number, end: number) => string
  readonly latin1Slice?: (this: Uint8Array, start: number, end: number) => string
  readonly utf8Write?: (this: Uint8Array, text: string, offset: number, length: number) => number
  readonly latin1Write?: (this: Uint8Array, text: string, offset: number, length: number) => number
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Whether a check for ASCII is worthwhile: in scripts other than Latin, one of these eight characters shows that it is not. */
function looksAscii(text: string): boolean {
  const step = (text.length - 1) / 7
  let bits = 0
  for (let i = 0; i < 8; i++) bits |= text.charCodeAt(Math.round(i * step))
  return bits < 0x80
}

/**
 * Node 20 encodes one character after the other, later versions many at once. Measured on Node 20, 16 KiB of ASCII: `utf8Write` 0.81 µs, and
 * 1.9 within an echo, where nothing is in the cache; checking first and copying 0.48. From 1 MiB on, strings are outside the heap and the check
 * takes longer.
 */
function encodesSlowly(): boolean {
  return Number.parseInt(process.versions.node) < 22
}
const askFrom = 4096
const askBelow = 1_000_000

/** Short texts share one of Node's blocks of 8 KiB: separate memory for each would cost an opening handshake 0.7 µs more. */
function encodeLatin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function createTextCodec(): TextCodec {
  const native = Buffer.prototype as NativeSlices
  const utf8Slice = native.utf8Slice
  const latin1Slice = native.latin1Slice
  const utf8Write = native.utf8Write
  const latin1Write = native.latin1Write
  if (utf8Slice === undefined || latin1Slice === undefined || utf8Write === undefined || latin1Write === undefined) {
    return {
      isUtf8,
      isAscii,
      decodeUtf8: (bytes, start, end) => asBuffer(bytes).toString('utf8', start, end),
      decodeLatin1: (bytes, start, end) => asBuffer(bytes).toString('latin1', start, end),
      encodeLatin1,
      encodeUtf8Into: (text, target, offset) => asBuffer(target).write(text, offset, 'utf8'),
      utf8Length: (text) => Buffer.byteLength(text, 'utf8'),
    }
  }
  const write = (text: string, target: Uint8Array, offset: number): number => utf8Write.call(target, text, offset, target.byteLength - offset)
  const askAndWrite = (text: string, target: Uint8Array, offset: number): number => {
    const { length } = text
    if (length < askFrom || length >= askBelow || !looksAscii(text) || Buffer.byteLength(text, 'utf8') !== length) return write(text, target, offset)
    return latin1Write.call(target, text, offset, length)
  }
  return {
    isUtf8,
    isAscii,
    decodeUtf8: (bytes, start, end) => utf8Slice.call(bytes, start, end),
    decodeLatin1: (bytes, start, end) => latin1Slice.call(bytes, start, end),
    encodeLatin1,
    encodeUtf8Into: encodesSlowly() ? askAndWrite : write,
    utf8Length: (text) => Buffer.byteLength(text, 'utf8'),
  }
}

/** Refilled in blocks: filling 4 bytes costs 1.6 µs, 8 KiB about 6 µs. */
class RandomPool implements RandomSource {
  #words: Uint32Array | undefined
  #next = 0

  uint32(): number {
    let words = this.#words
    if (words === undefined || this.#next === words.length) {
      words = this.#words ??= new Uint32Array(2048)
      crypto.randomFillSync(words)
      this.#next = 0
    }
    const value = words[this.#next] as number
    words[this.#next++] = 0
    return value
  }

  fill(target: Uint8Array): void {
    if (target.byteLength > 256) {
      crypto.randomFillSync(target)
      return
    }
    let word = 0
    for (let i = 0; i < target.length; i++) {
      if ((i & 3) === 0) word = this.uint32()
      target[i] = word & 0xff
      word >>>= 8
    }
  }
}

function createSha1Base64(): Sha1Base64 {
  const { hash } = crypto
  // Runtimes that imitate Node may lack the one-shot function (Node: 20.12), which takes 0.2 µs where createHash takes 0.8.
  if (typeof hash === 'function') return (text) => hash('sha1', text, 'base64')
  return (text) => crypto.createHash('sha1').update(text, 'latin1').digest('base64')
}

export function createNodePlatform(): Platform {
  return {
    text: createTextCodec(),
    random: new RandomPool(),
    sha1Base64: createSha1Base64(),
    buffers: new SizedBufferPool(),
    masker: createByteMasker(),
  }
}

/** Shared by every server and client of the process: it holds nothing that an option can change. */
export const nodePlatform: Platform = createNodePlatform()
