import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyMaskByBytes } from '../../../src/core/protocol/masking.ts'
import { createByteMasker } from '../../../src/runtime/node/byte-masker.ts'

test('the WebAssembly masker agrees with masking by bytes at every offset and length, and about ASCII [RFC 6455 §5.3]', () => {
  const masker = createByteMasker()
  assert.ok(masker !== undefined)
  const cases = fc.record({
    length: fc.oneof(fc.nat(200), fc.constantFrom(4096, 65_536, masker.scratch.length - 5, masker.scratch.length)),
    start: fc.nat(9),
    key: fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }),
    outside: fc.option(fc.nat()),
  })
  fc.assert(
    fc.property(cases, ({ length, start, key, outside }) => {
      const expected = new Uint8Array(length).map((_, i) => (i * 31) & 0x7f)
      if (outside !== null && length > 0) expected[outside % length]! |= 0x80
      const source = new Uint8Array(start + length + 7).fill(0xff)
      source.set(expected, start)
      applyMaskByBytes(source, start, start + length, key)
      const before = source.slice()
      masker.scratch.fill(0xff)
      const seen = masker.mask(source, start, start + length, key)
      assert.deepEqual(masker.scratch.slice(0, length), expected)
      assert.equal((seen & 0x80) === 0, outside === null || length === 0)
      assert.deepEqual(source, before)
    }),
    { numRuns: 300 },
  )
})

test('without WebAssembly the platform has no masker', (t) => {
  const wasm = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly')
  t.after(() => Object.defineProperty(globalThis, 'WebAssembly', wasm!))
  Object.defineProperty(globalThis, 'WebAssembly', { value: undefined, configurable: true })
  assert.equal(createByteMasker(), undefined)
})
