import assert from 'node:assert/strict'
import test from 'node:test'
import { CompressedMessage } from '../../../../src/core/extensions/permessage-deflate/compressed-message.ts'

test('joins fragments, and holds at most twice their bytes', () => {
  const message = new CompressedMessage()
  assert.equal(message.heldBytes, 0)
  for (let length = 1; length <= 1000; length++) {
    message.append(Uint8Array.of(length & 0xff))
    assert.ok(message.heldBytes >= length && message.heldBytes <= 2 * length)
  }
  assert.deepEqual(
    message.end(Uint8Array.of(7)),
    Uint8Array.from({ length: 1001 }, (_, i) => (i < 1000 ? (i + 1) & 0xff : 7)),
  )
  message.clear()
  assert.equal(message.heldBytes + message.length, 0)
})

test('does not copy a message in one frame', () => {
  const message = new CompressedMessage()
  const payload = Uint8Array.of(1, 2, 3)
  assert.equal(message.end(payload), payload)
  assert.equal(message.length, 3)
})
