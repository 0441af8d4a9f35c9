import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainCloseCode, isCloseCodeOnWire } from '../../../src/core/protocol/close-code.ts'

test('the codes that may be on the wire are 1000-1003, 1007-1014 and 3000-4999 [RFC 6455 §7.4]', () => {
  const allowed = Array.from({ length: 65536 }, (_, code) => code).filter(isCloseCodeOnWire)
  const expected = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
  for (let code = 3000; code < 5000; code++) expected.push(code)
  assert.deepEqual(allowed, expected)
  for (const code of [NaN, 1000.5, -1, Infinity]) assert.equal(isCloseCodeOnWire(code), false)
})

test('each kind of unsendable code has its reason', () => {
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]) assert.match(explainCloseCode(code) ?? '', new RegExp(`^${code} `))
  assert.equal(explainCloseCode(1000), undefined)
})
