import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { Utf8Validator } from '../../../src/core/protocol/utf8-validator.ts'
import { text } from '../platform.ts'
import { unhex } from './recorder.ts'

function verdict(bytes: Uint8Array, cuts: readonly number[], fast: boolean): boolean {
  const validator = new Utf8Validator()
  let at = 0
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    if (!(fast ? validator.pushFast(bytes, at, cut, text) : validator.push(bytes, at, cut))) return false
    at = cut
  }
  return validator.complete
}

test('both forms agree with the platform on any bytes, cut anywhere [RFC 3629]', () => {
  const leads = fc.constantFrom(0x41, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf)
  const wild = fc.array(fc.oneof(leads, fc.nat(255)), { maxLength: 12 }).map((octets) => new Uint8Array(octets))
  const valid = fc.string({ unit: 'binary', maxLength: 80 }).map((string) => new Uint8Array(Buffer.from(string)))
  const bytes = fc.tuple(valid, fc.oneof(wild, fc.constant(new Uint8Array(0))), valid).map((parts) => new Uint8Array(Buffer.concat(parts)))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(200), { maxLength: 5 }), (input, cuts) => {
      const expected = isUtf8(input)
      assert.equal(verdict(input, cuts, false), expected, 'reference')
      assert.equal(verdict(input, cuts, true), expected, 'fast')
    }),
    { numRuns: 1500 },
  )
})

test('all sequences of two and the boundaries of three and four octets', () => {
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) assert.equal(verdict(new Uint8Array([a, b]), [1], false), isUtf8(new Uint8Array([a, b])), `${a} ${b}`)
  }
})

test('invalid UTF-8 is refused at the first octet that proves it [RFC 6455 §8.1]', () => {
  for (const [bytes, refusedAt] of [
    ['c0', 0],
    ['e080', 1],
    ['eda0', 1],
    ['f08f', 1],
    ['f490', 1],
    ['f5', 0],
    ['e28261', 2],
    ['80', 0],
  ] as const) {
    const validator = new Utf8Validator()
    const octets = unhex(bytes)
    for (let i = 0; i <= refusedAt; i++) assert.equal(validator.push(octets, i, i + 1), i < refusedAt, `${bytes} at ${i}`)
  }
})
