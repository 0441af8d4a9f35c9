import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeldMessages } from '../../src/connection/held-messages.ts'
import { messageOverhead } from '../../src/connection/message-queue.ts'

test('messages come out in order, and count with their overhead until then', () => {
  const held = new HeldMessages()
  held.push('ab', 2)
  held.push(Uint8Array.of(1), 1)
  assert.equal(held.bytes, 3 + 2 * messageOverhead)
  assert.deepEqual(held.shift(), { data: 'ab', size: 2 })
  assert.deepEqual(held.shift(), { data: Uint8Array.of(1), size: 1 })
  assert.equal(held.shift(), undefined)
  assert.equal(held.bytes, 0)
})
