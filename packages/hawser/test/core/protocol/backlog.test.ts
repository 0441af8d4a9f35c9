import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Backlog } from '../../../src/core/protocol/backlog.ts'

test('batches leave in order, control frames apart from them, and the bytes of both are counted', () => {
  const backlog = new Backlog()
  const batches = [1, 2].map((byteLength) => ({ segments: [new Uint8Array(byteLength)], buffers: [], byteLength }))
  for (const batch of batches) backlog.push(batch)
  backlog.control(new Uint8Array(3))
  assert.equal(backlog.replaceLatest(new Uint8Array(5)), 5)
  assert.equal(backlog.replaceLatest(new Uint8Array(4)), -1)
  assert.equal(backlog.byteLength, 10)
  assert.deepEqual(
    backlog.takeControls().map(({ length }) => length),
    [3, 4],
  )
  assert.equal(backlog.byteLength, 3)
  assert.equal(backlog.takeBatch(), batches[0])
  assert.equal(backlog.isEmpty, false)
  assert.equal(backlog.takeBatch(), batches[1])
  assert.equal(backlog.isEmpty, true)
  assert.equal(backlog.takeBatch(), undefined)
})
