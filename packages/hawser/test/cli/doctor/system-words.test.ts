import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemWords } from '../../../src/cli/doctor/system-words.ts'

const error = (message: string, fields: object): Error => Object.assign(new Error(message), fields)

test('says an error in plain words, with its code', () => {
  assert.equal(systemWords(error('connect ECONNREFUSED ::1:1', { code: 'ECONNREFUSED' })), 'the connection is refused (ECONNREFUSED)')
  const opensslOther = { code: 'ERR_SSL_BAD_ECPOINT', reason: 'bad ecpoint' }
  assert.equal(systemWords(error('80:error:0A000132:SSL routines:f:bad ecpoint:../s.c:1:', opensslOther)), 'bad ecpoint (ERR_SSL_BAD_ECPOINT)')
  assert.equal(systemWords(error('no answer within 5 s', { code: 'ETIMEDOUT' })), 'no answer within 5 s')
  assert.equal(systemWords(error('listen ESOMETHING', { code: 'ESOMETHING' })), 'listen ESOMETHING')
  assert.equal(systemWords(error('the connection was closed', {})), 'the connection was closed')
})
