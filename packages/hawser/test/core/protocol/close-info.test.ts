import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ConnectionError } from '../../../src/core/errors.ts'
import { closeInfo } from '../../../src/core/protocol/close-info.ts'

const ended = (initiator: 'network' | 'remote') => ({ initiator, sent: undefined, received: undefined, error: undefined, cause: undefined })

test('an end without both Close frames is not clean and says which one is missing [RFC 6455 §7.1.4]', () => {
  const nothing = closeInfo(ended('network'))
  assert.deepEqual([nothing.code, nothing.wasClean], [1006, false])
  assert.match(nothing.error?.message ?? '', /without a Close frame from the peer/)
  const unanswered = closeInfo({ ...ended('remote'), received: { code: 1001, reason: 'r' } })
  assert.deepEqual([unanswered.code, unanswered.reason, unanswered.wasClean], [1001, 'r', false])
  assert.match(unanswered.error?.message ?? '', /before a Close frame could be sent/)
})

test('a copy of the info and a structured clone keep the error of an end that only the transport explains', () => {
  const info = closeInfo(ended('network'))
  assert.ok(info.error instanceof ConnectionError)
  assert.equal({ ...info }.error, info.error)
  assert.equal(structuredClone(info).error?.message, info.error.message)
  assert.deepEqual(Object.keys(info), ['code', 'reason', 'wasClean', 'initiator', 'sent', 'received', 'error'])
})

test('such an error has no stack trace, and errors made afterwards have theirs', () => {
  const { error } = closeInfo(ended('network'))
  assert.doesNotMatch(error?.stack ?? '', /\n +at /)
  assert.match(new Error('later').stack ?? '', /\n +at /)
})

test('JSON has the error of such an end too', () => {
  const info = closeInfo(ended('network'))
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(info)) as object), ['code', 'reason', 'wasClean', 'initiator', 'error'])
})

test('the end of a failed transport keeps the error of the transport as the cause, and printing it shows the error', () => {
  const cause = new Error('read ECONNRESET')
  const info = closeInfo({ ...ended('network'), cause })
  assert.equal(info.wasClean, false)
  assert.match(inspect(info), /error: \[ConnectionError: the transport failed: read ECONNRESET\]/)
  assert.equal(info.error?.cause, cause)
  assert.deepEqual([info.error?.fault, info.error?.closeCode], ['network', 1006])
})
