import { isAscii, isUtf8 } from 'node:buffer'
import { createHash, randomFillSync } from 'node:crypto'
import type { BufferPool, ByteMasker, Platform, RandomSource, TextCodec } from '../../src/core/platform.ts'

/** A platform made of node's Buffer, for tests of the core: plain, counted, without pools of its own. */
function over(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

export const text: TextCodec = {
  isUtf8: (bytes) => isUtf8(bytes),
  isAscii: (bytes) => isAscii(bytes),
  decodeUtf8: (bytes, start, end) => over(bytes).toString('utf8', start, end),
  decodeLatin1: (bytes, start, end) => over(bytes).toString('latin1', start, end),
  encodeUtf8Into: (string, target, offset) => over(target).write(string, offset, 'utf8'),
  utf8Length: (string) => Buffer.byteLength(string, 'utf8'),
}

export const random: RandomSource = {
  fill: (target) => void randomFillSync(target),
  uint32: () => randomFillSync(Buffer.alloc(4)).readUInt32BE(),
}

/** Counts what is borrowed, and scribbles over what comes back, so that a late reader shows. */
export class CountingPool implements BufferPool {
  borrowed = 0
  acquire(minimum: number): Uint8Array {
    this.borrowed++
    return new Uint8Array(minimum).fill(0xee)
  }
  release(buffer: Uint8Array): void {
    this.borrowed--
    buffer.fill(0xdd)
  }
}

/** Scribbles over all that it gave before, so that whoever kept it shows. */
export class ScribblingMasker implements ByteMasker {
  readonly from = 126
  readonly scratch: Uint8Array = new Uint8Array(65_536)
  calls = 0
  mask(source: Uint8Array, start: number, end: number, key: number): number {
    this.calls++
    this.scratch.fill(0xff)
    let seen = 0
    for (let i = start; i < end; i++) seen |= this.scratch[i - start] = source[i]! ^ (key >>> (24 - ((i - start) & 3) * 8))
    return seen
  }
}

export function platform(): Platform {
  return { text, random, buffers: new CountingPool(), sha1Base64: (string) => createHash('sha1').update(string, 'latin1').digest('base64') }
}
