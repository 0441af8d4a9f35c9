import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endError } from '../../src/connection/end-error.ts'
import { ConnectionError } from '../../src/core/errors.ts'

test('the error has the fault and the close code of the end, and its error as the cause', () => {
  const cause = new ConnectionError('no Pong', { fault: 'timeout', closeCode: 1011 })
  const end = { code: 1006, reason: '', wasClean: false, initiator: 'local', sent: undefined, received: undefined } as const
  const error = endError('too late', { ...end, error: cause })
  assert.deepEqual([error.message, error.fault, error.closeCode, error.cause], ['too late', 'timeout', 1006, cause])
  const clean = endError('too late', { ...end, code: 1000, error: undefined })
  assert.deepEqual([clean.fault, clean.closeCode, clean.cause], ['peer', 1000, undefined])
  assert.equal(endError('too late', undefined).closeCode, 1006)
})
