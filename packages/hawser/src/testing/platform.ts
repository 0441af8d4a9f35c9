import { checkInteger } from '../connection/option-checks.ts'
import type { BufferPool, Platform, RandomSource, TextCodec } from '../core/platform.ts'
import { Utf8Validator } from '../core/protocol/utf8-validator.ts'
import { sha1Base64 } from './sha1.ts'

/**
 * A platform of plain JavaScript: the same bytes on every run and every runtime, and slow.
 * @throws OptionError unless `seed` is a whole number from -2147483648 to 4294967295
 */
export function createTestPlatform(seed: number): Platform {
  checkInteger('seed', seed, -0x8000_0000, 0xffff_ffff)
  return { text, random: new SeededRandom(seed), sha1Base64, buffers }
}

const buffers: BufferPool = { acquire: (minimum) => new Uint8Array(Math.max(minimum, 1024)), release: () => undefined }

/** xorshift32: reproducible and predictable, so not for real connections. */
class SeededRandom implements RandomSource {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0 || 1
  }

  uint32(): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return x >>> 0
  }

  fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) target[i] = this.uint32() & 0xff
  }
}

const text: TextCodec = {
  isUtf8(bytes) {
    const validator = new Utf8Validator()
    return validator.push(bytes) && validator.complete
  },
  decodeUtf8(bytes, start, end) {
    let decoded = ''
    for (let i = start; i < end; ) {
      const first = bytes[i] as number
      const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
      let codePoint = length === 1 ? first : first & (0x7f >> length)
      for (let next = 1; next < length; next++) codePoint = (codePoint << 6) | ((bytes[i + next] as number) & 0x3f)
      decoded += String.fromCodePoint(codePoint)
      i += length
    }
    return decoded
  },
  decodeLatin1(bytes, start, end) {
    let decoded = ''
    for (let i = start; i < end; i++) decoded += String.fromCharCode(bytes[i] as number)
    return decoded
  },
  encodeUtf8Into(source, target, offset) {
    let at = offset
    for (const character of source) {
      const given = character.codePointAt(0) as number
      const codePoint = given >= 0xd800 && given < 0xe000 ? 0xfffd : given
      if (codePoint < 0x80) target[at++] = codePoint
      else {
        const length = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
        target[at++] = ((0xf00 >> length) & 0xff) | (codePoint >> (6 * (length - 1)))
        for (let next = length - 2; next >= 0; next--) target[at++] = 0x80 | ((codePoint >> (6 * next)) & 0x3f)
      }
    }
    return at - offset
  },
}
