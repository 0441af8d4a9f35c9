import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PreparedFrame } from '../../../src/core/protocol/prepared-frame.ts'
import { hex, join } from './recorder.ts'

test('frames joined in any grouping and repetition are their bytes one after the other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(3), { maxLength: 12 }),
      (parts, order) => {
        const frames = parts.map((bytes) => new PreparedFrame(bytes))
        let whole = frames[0]!
        const expected = [parts[0]!]
        for (const index of order) {
          const next = index % frames.length
          // Now and then the bytes are made early.
          if (index === 3) assert.equal(whole.bytes, whole.bytes)
          whole = whole.followedBy(frames[next]!)!
          expected.push(parts[next]!)
        }
        assert.equal(hex(whole.bytes), hex(join(expected)))
        assert.equal(whole.length, whole.bytes.length)
      },
    ),
  )
})

test('the same frames in the same order are one, another follower is another', () => {
  const [a, b, c] = [1, 2, 3].map((octet) => new PreparedFrame(new Uint8Array([octet])))
  const both = a!.followedBy(b!)
  assert.equal(a!.followedBy(b!), both)
  assert.notEqual(a!.followedBy(c!), both)
  assert.equal(hex(both!.bytes), '0102')
})

test('what would be long is not joined', () => {
  const long = new PreparedFrame(new Uint8Array(16_000))
  assert.equal(long.followedBy(long), undefined)
  assert.equal(long.followedBy(new PreparedFrame(new Uint8Array(384)))?.bytes.length, 16_384)
})

test('joined bytes come from the allocator of the platform where it has one', () => {
  const made: number[] = []
  const buffers = {
    acquire: () => assert.fail(),
    release: () => assert.fail(),
    allocateOutput: (size: number) => (made.push(size), new Uint8Array(size).fill(9)),
  }
  const [a, b] = [1, 2].map((octet) => new PreparedFrame(new Uint8Array([octet, octet]), buffers))
  assert.equal(hex(a!.followedBy(b!)!.bytes), '01010202')
  assert.deepEqual(made, [4])
})
