import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createNodePlatform } from '../../../src/runtime/node/platform.ts'
import { createTestPlatform } from '../../../src/testing/index.ts'

const fast = createNodePlatform()
const slow = createTestPlatform(1)

test('text: the native codec agrees with the one of plain JavaScript, also on lone surrogates and at any offset', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(10), (text, offset) => {
      const [left, right] = [new Uint8Array(text.length * 3 + 20), new Uint8Array(text.length * 3 + 20)]
      const length = fast.text.encodeUtf8Into(text, left, offset)
      assert.equal(length, slow.text.encodeUtf8Into(text, right, offset))
      assert.deepEqual(left, right)
      assert.equal(fast.text.utf8Length?.(text), length)
      assert.equal(fast.text.decodeUtf8(left, offset, offset + length), slow.text.decodeUtf8(right, offset, offset + length))
      assert.equal(fast.text.decodeLatin1(left, 0, left.length), slow.text.decodeLatin1(right, 0, right.length))
    }),
  )
})

test('text: a long one is encoded alike, whether all of it is ASCII or any one of its characters is not', () => {
  const encode = (text: string): { encoded: Uint8Array; length: number } => {
    const encoded = new Uint8Array(text.length * 3 + 1)
    return { encoded, length: fast.text.encodeUtf8Into(text, encoded, 1) }
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 5000 }),
      fc.option(fc.nat()),
      fc.constantFrom('\u00e9', '\u20ac', '\ud83d', '\u0100'),
      (length, place, other) => {
        const ascii = 'x'.repeat(length)
        const text = place === null ? ascii : ascii.slice(0, place % length) + other + ascii.slice((place % length) + 1)
        const found = encode(text)
        assert.equal(Buffer.from(found.encoded.subarray(1, 1 + found.length)).toString(), Buffer.from(text).toString())
        assert.equal(found.length, Buffer.byteLength(text))
      },
    ),
  )
  const { encoded, length } = encode('y'.repeat(1_100_000))
  assert.equal(length, 1_100_000)
  assert.ok(encoded.subarray(1, 1 + length).every((byte) => byte === 0x79))
})

test('isUtf8 agrees on arbitrary bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => assert.equal(fast.text.isUtf8(bytes), slow.text.isUtf8(bytes))))
})

test('random: words and bytes differ, every length is filled, also across the end of the pool', () => {
  const words = new Set(Array.from({ length: 10_000 }, () => fast.random.uint32()))
  assert.ok(words.size > 9_990)
  for (const length of [0, 1, 3, 16, 255, 256, 257, 5000]) {
    const bytes = new Uint8Array(length)
    fast.random.fill(bytes)
    if (length > 15) assert.ok(bytes.some((byte) => byte !== 0))
  }
})

test('sha1Base64 gives the accept of the standard example [RFC 6455 §1.3]', () => {
  assert.equal(fast.sha1Base64('dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11'), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})
