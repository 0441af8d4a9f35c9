import assert from 'node:assert/strict'
import test from 'node:test'
import { DeflateDataError } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { endsMessage, MESSAGE_END } from '../../../../src/runtime/node/zlib/message-end.ts'

test('a stream ends the message with its last byte or with our last block, and not before [RFC 7692 §7.2.3.4]', () => {
  assert.equal(endsMessage(100, 99), false)
  assert.equal(endsMessage(100, 100), true)
  assert.equal(endsMessage(100, 104), false)
  assert.equal(endsMessage(100, 100 + MESSAGE_END.length - 1), true)
  assert.throws(() => endsMessage(100, 100 + MESSAGE_END.length), DeflateDataError)
})
