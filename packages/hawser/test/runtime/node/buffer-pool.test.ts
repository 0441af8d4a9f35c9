import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SizedBufferPool } from '../../../src/runtime/node/buffer-pool.ts'

test('a released buffer is borrowed again for the same size, the last one first', () => {
  const pool = new SizedBufferPool()
  const [small, other, large] = [pool.acquire(100), pool.acquire(100), pool.acquire(100_000)]
  assert.ok(small.byteLength >= 100)
  assert.ok(large.byteLength >= 100_000)
  for (const buffer of [large, small, other]) pool.release(buffer)
  assert.equal(pool.acquire(1), other)
  assert.equal(pool.acquire(100_001), large)
  assert.equal(pool.acquire(2048), small)
  assert.notEqual(pool.acquire(100), small)
})

test('every size is at least the requested one, and at most twice that above the smallest', () => {
  const pool = new SizedBufferPool()
  for (const size of [0, 1, 2047, 2048, 2049, 65_535, 65_536, 65_537, 4_194_304]) {
    const { byteLength } = pool.acquire(size)
    assert.ok(byteLength >= size && byteLength <= Math.max(2048, 2 * size), `${size}: ${byteLength}`)
  }
})

test('the total size of free buffers is bounded, and the largest are not kept', () => {
  const pool = new SizedBufferPool()
  const borrowed = Array.from({ length: 4 }, () => pool.acquire(4_194_304))
  for (const buffer of borrowed) pool.release(buffer)
  const again = Array.from({ length: 4 }, () => pool.acquire(4_194_304))
  assert.equal(again.filter((buffer) => borrowed.includes(buffer)).length, 2)
  const huge = pool.acquire(5_000_000)
  assert.equal(huge.byteLength, 5_000_000)
  pool.release(huge)
  assert.ok(pool.acquire(4_000_000) !== huge && pool.acquire(5_000_000) !== huge)
})

test('an allocated buffer has exactly the requested size', () => {
  assert.equal(new SizedBufferPool().allocate(12_345).byteLength, 12_345)
})
