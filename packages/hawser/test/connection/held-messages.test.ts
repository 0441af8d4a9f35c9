import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compact, HeldMessages } from '../../src/connection/held-messages.ts'

test('held messages are delivered in order, counted with their overhead, and forgotten when cleared', () => {
  const log: string[] = []
  const held = new HeldMessages()
  held.push(() => void log.push('a'), 10)
  held.push(() => void log.push('b'), 0)
  assert.ok(held.bytes > 10)
  held.deliverNext()
  held.deliverNext()
  held.deliverNext()
  assert.deepEqual(log, ['a', 'b'])
  assert.equal(held.bytes, 0)
  held.push(() => void log.push('c'), 1)
  held.clear()
  assert.equal(held.isEmpty, true)
  assert.equal(held.bytes, 0)
})

test('a small view into a large chunk is copied, a large one and any other message are not', () => {
  const chunk = new Uint8Array(1000).fill(7)
  const small = compact(chunk.subarray(10, 20)) as Uint8Array
  assert.deepEqual([small.length, small.buffer.byteLength, small[0]], [10, 10, 7])
  const large = chunk.subarray(10, 900)
  assert.equal(compact(large), large)
  assert.equal(compact('text'), 'text')
})
