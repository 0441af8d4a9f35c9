import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { closeInfo, explainClose } from '../../../src/core/protocol/close-info.ts'

const ended = (initiator: 'network' | 'remote') => ({ initiator, sent: undefined, received: undefined, error: undefined })

test('an end without both Close frames is not clean and says which one is missing (RFC 6455 section 7.1.4)', () => {
  const nothing = closeInfo(ended('network'))
  assert.deepEqual([nothing.code, nothing.wasClean], [1006, false])
  assert.match(nothing.error?.message ?? '', /without a Close frame from the peer/)
  const unanswered = closeInfo({ ...ended('remote'), received: { code: 1001, reason: 'r' } })
  assert.deepEqual([unanswered.code, unanswered.reason, unanswered.wasClean], [1001, 'r', false])
  assert.match(unanswered.error?.message ?? '', /before a Close frame could be sent/)
})

test('the error of an end that nobody explained is made once, when it is looked at, and is a plain property from then on', () => {
  const info = closeInfo(ended('network'))
  assert.ok(Object.keys(info).includes('error'))
  assert.equal(Object.getOwnPropertyDescriptor(info, 'error')?.value, undefined)
  assert.equal(explainClose(info), info)
  const error = Object.getOwnPropertyDescriptor(info, 'error')?.value
  assert.ok(error instanceof ConnectionError)
  assert.equal(info.error, error)
  assert.deepEqual({ ...info }.error, error)
})
