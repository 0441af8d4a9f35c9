import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestPlatform } from '../../src/testing/index.ts'

test('the same seed gives the same bytes, another gives others', () => {
  const words = (seed: number): number[] => {
    const { random } = createTestPlatform(seed)
    return [random.uint32(), random.uint32(), random.uint32()]
  }
  assert.deepEqual(words(7), words(7))
  assert.notDeepEqual(words(7), words(8))
  assert.ok(words(0).every((word) => word !== 0))
})

test('UTF-8 of every length goes there and back', () => {
  const { text } = createTestPlatform(1)
  const bytes = new Uint8Array(100)
  const length = text.encodeUtf8Into('aé€😀\ud800', bytes, 1)
  assert.deepEqual(Buffer.from(bytes.subarray(1, 1 + length)), Buffer.from('aé€😀\ufffd'))
  assert.equal(text.decodeUtf8(bytes, 1, 1 + length), 'aé€😀\ufffd')
  assert.equal(text.isUtf8(bytes.subarray(1, 1 + length)), true)
  assert.equal(text.isUtf8(new Uint8Array([0xc3])), false)
})
