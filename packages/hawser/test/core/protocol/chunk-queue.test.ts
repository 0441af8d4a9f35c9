import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChunkQueue } from '../../../src/core/protocol/chunk-queue.ts'

test('chunks come out in order, in part or whole, and their bytes are counted', () => {
  const queue = new ChunkQueue()
  for (let i = 0; i < 3000; i++) queue.push(new Uint8Array([i, i, i, i]))
  assert.equal(queue.bytes, 12_000)
  for (let i = 0; i < 3000; i++) {
    queue.use(1)
    const { chunk, start } = queue.first()
    assert.deepEqual([chunk[start], start], [i & 0xff, 1])
    queue.use(4)
  }
  assert.deepEqual([queue.isEmpty, queue.bytes], [true, 0])
})

test('a small rest does not keep a large chunk alive', () => {
  const queue = new ChunkQueue()
  queue.push(new Uint8Array(60_000).fill(7))
  queue.use(59_990)
  const { chunk, start } = queue.first()
  assert.deepEqual([chunk.buffer.byteLength, start, chunk[0], queue.bytes], [10, 0, 7, 10])
})
