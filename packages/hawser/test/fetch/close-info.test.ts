import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPlatformEnd } from '../../src/fetch/close-info.ts'
import { ConnectionError } from '../../src/index.ts'

const nothing = { sent: undefined, error: undefined, cause: undefined }

test("the peer's Close frame is answered by the platform, so the end is clean [RFC 6455 §7.1.4]", () => {
  const info = readPlatformEnd({ ...nothing, code: 4001, reason: 'bye' }, false)
  assert.deepEqual([info.code, info.reason, info.wasClean, info.initiator, info.error], [4001, 'bye', true, 'remote', undefined])
  assert.deepEqual(info.sent, info.received)
})

test('an empty Close frame has code 1005 [RFC 6455 §7.1.5]', () => {
  const info = readPlatformEnd({ ...nothing, code: 1005, reason: '' }, true)
  assert.deepEqual([info.code, info.wasClean, info.initiator], [1005, true, 'remote'])
})

test('an end without a Close frame has code 1006 and an error that says what the platform told [RFC 6455 §7.1.5]', () => {
  const told = readPlatformEnd({ ...nothing, code: 1006, reason: 'Received too big message' }, false)
  assert.deepEqual([told.code, told.wasClean, told.initiator, told.received, told.error?.fault], [1006, false, 'network', undefined, 'peer'])
  assert.match(told.error?.message ?? '', /Received too big message/)
  const cause = new Error('Unexpected EOF')
  const failed = readPlatformEnd({ ...nothing, code: 1006, reason: '', cause }, true)
  assert.equal(failed.error?.cause, cause)
  const silent = readPlatformEnd({ ...nothing, code: 1006, reason: '' }, true)
  assert.equal(silent.error?.fault, 'network')
})

test("a platform that reports the peer's answer gives both Close frames, another one only ours", () => {
  const end = { ...nothing, code: 1000, reason: 'ok', sent: { code: 1000, reason: 'ok' } }
  assert.deepEqual(readPlatformEnd(end, true).received, { code: 1000, reason: 'ok' })
  const unknown = readPlatformEnd(end, false)
  assert.deepEqual([unknown.received, unknown.wasClean, unknown.initiator, unknown.code], [undefined, true, 'local', 1000])
})

test('a connection that this end failed is not clean, whatever the peer answers', () => {
  const error = new ConnectionError('too long', { fault: 'peer', closeCode: 1009 })
  for (const peerClose of [true, false]) {
    const info = readPlatformEnd({ code: 1009, reason: '', sent: { code: 1009, reason: '' }, error, cause: undefined }, peerClose)
    assert.deepEqual([info.wasClean, info.error, info.initiator], [false, error, 'local'])
  }
})
