import assert from 'node:assert/strict'
import { constants } from 'node:http2'
import { test } from 'node:test'
import { ERROR_CODES, errorCodeName } from '../../../src/core/http2/error-codes.ts'

test('error codes have their names [RFC 9113 §7]', () => {
  assert.deepEqual([0, 7, 8, 11, 13, 99].map(errorCodeName), [
    'NO_ERROR',
    'REFUSED_STREAM',
    'CANCEL',
    'ENHANCE_YOUR_CALM',
    'HTTP_1_1_REQUIRED',
    'error code 99',
  ])
})

test('error codes are those of the runtime', () => {
  for (const [name, code] of Object.entries(ERROR_CODES)) assert.equal(code, constants[`NGHTTP2_${name}` as keyof typeof constants], name)
})
