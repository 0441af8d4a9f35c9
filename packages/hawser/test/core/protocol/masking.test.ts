import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyMask, applyMaskByBytes, applyMaskByWords, applyMaskInto, foldOctets, rotateKey, wordsOf } from '../../../src/core/protocol/masking.ts'
import { ScribblingMasker } from '../platform.ts'
import { hex, unhex } from './recorder.ts'

test('the masked Hello of RFC 6455 section 5.7', () => {
  const bytes = unhex('7f9f4d5158')
  assert.equal(applyMask(bytes, 0, 5, 0x37fa213d) & 0x80, 0)
  assert.equal(Buffer.from(bytes).toString(), 'Hello')
})

test('words, bytes and the definition of RFC 6455 section 5.3 agree at every offset, alignment and length', () => {
  const cases = fc.record({
    bytes: fc.uint8Array({ maxLength: 400 }),
    key: fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }),
    offset: fc.nat(7),
    margin: fc.nat(9),
  })
  fc.assert(
    fc.property(cases, ({ bytes, key, offset, margin }) => {
      const octets = [24, 16, 8, 0].map((shift) => (key >>> shift) & 0xff)
      const start = Math.min(margin, bytes.length)
      const end = Math.max(start, bytes.length - margin)
      const expected = bytes.map((byte, i) => (i < start || i >= end ? byte : byte ^ octets[(i - start) & 3]!))
      const ascii = expected.subarray(start, end).every((byte) => byte < 0x80)
      const place = (): Uint8Array => {
        const view = new Uint8Array(new ArrayBuffer(bytes.length + offset + 3), offset, bytes.length)
        view.set(bytes)
        return view
      }
      for (const form of ['bytes', 'words', 'in place', 'either'] as const) {
        const view = place()
        const seen =
          form === 'bytes'
            ? applyMaskByBytes(view, start, end, key)
            : form === 'words'
              ? applyMaskByWords(view, wordsOf(view), start, end, key)
              : form === 'in place'
                ? applyMaskInto(new ScribblingMasker(), view, start, end, key, view, start)
                : applyMask(view, start, end, key)
        assert.equal(hex(view), hex(expected), form)
        assert.equal((seen & 0x80) === 0, ascii, form)
        assert.equal((foldOctets(view, start, end) & 0x80) === 0, ascii)
      }
    }),
    { numRuns: 400 },
  )
})

test('masking in pieces with a rotated key is masking at once', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.integer(), (bytes, cut, key) => {
      const at = Math.min(cut, bytes.length)
      const whole = bytes.slice()
      applyMask(whole, 0, whole.length, key)
      const pieces = bytes.slice()
      applyMask(pieces, 0, at, key)
      applyMask(pieces, at, pieces.length, rotateKey(key, at))
      assert.deepEqual(pieces, whole)
    }),
  )
})

test('masking into another buffer is copying and masking, with a masker of the platform and without, also above what its scratch holds', () => {
  for (const length of [0, 5, 125, 126, 1000, 65_536, 65_537, 200_003]) {
    const source = new Uint8Array(length + 3).map((_, i) => (i * 7) & 0x7f)
    const expected = source.slice(3)
    applyMaskByBytes(expected, 0, length, 0x11223344)
    for (const masker of [undefined, new ScribblingMasker()]) {
      const target = new Uint8Array(length + 9).fill(0xee)
      const seen = applyMaskInto(masker, source, 3, length + 3, 0x11223344, target, 2)
      assert.equal(hex(target), `eeee${hex(expected)}eeeeeeeeeeeeee`)
      assert.equal(seen & 0x80, 0)
      assert.ok(masker === undefined || masker.calls === (length < 126 ? 0 : Math.ceil(length / 65_536)))
    }
  }
})
