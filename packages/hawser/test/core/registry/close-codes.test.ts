import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CLOSE_CODE_RANGES, CLOSE_CODES, findCloseCode, findCloseCodeRange } from '../../../src/core/registry/close-codes.ts'

test('the registered close codes are found, unassigned and private ones are not [RFC 6455 §11.7]', () => {
  assert.equal(findCloseCode(1000)?.description, 'Normal Closure')
  assert.equal(findCloseCode(3008)?.description, 'Timeout')
  for (const code of [0, 999, 1016, 2999, 3001, 4000, 1000.5, Number.NaN]) assert.equal(findCloseCode(code), undefined)
  assert.equal(CLOSE_CODES.length, 19)
  assert.equal(new Set(CLOSE_CODES.map(({ code }) => code)).size, 19)
})

test('each code from 0 to 4999 is in one range [RFC 6455 §7.4.2]', () => {
  for (let code = 0; code <= 4999; code++) assert.equal(CLOSE_CODE_RANGES.filter(({ first, last }) => code >= first && code <= last).length, 1)
  assert.match(findCloseCodeRange(4000)?.use ?? '', /private/)
  for (const code of [-1, 5000, 1.5, Number.NaN]) assert.equal(findCloseCodeRange(code), undefined)
})
