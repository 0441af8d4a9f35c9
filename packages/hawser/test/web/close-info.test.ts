import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCloseInfo, validateCloseCodeAndReason, withDefaultCode } from '../../src/web/close-info.ts'
import { thrown } from './harness.ts'

const read = (value?: unknown): unknown => readCloseInfo(value, 'it')

test('a dictionary is an object or nothing, and its members are converted in lexicographical order [Web IDL §3.2.17]', () => {
  for (const none of [undefined, null, {}, { closeCode: undefined, reason: undefined }]) assert.deepEqual(read(none), { code: undefined, reason: '' })
  for (const value of [true, 1, 'x', Symbol('x')]) assert.throws(() => read(value), { name: 'TypeError', message: 'it is not an object' })
  const order: string[] = []
  read({
    get reason() {
      return order.push('reason')
    },
    get closeCode() {
      return order.push('closeCode')
    },
  })
  assert.deepEqual(order, ['closeCode', 'reason'])
  assert.deepEqual(read({ closeCode: '3000', reason: 'a\ud800' }), { code: 3000, reason: 'a\ufffd' })
  assert.deepEqual(read({ closeCode: null, reason: null }), { code: 0, reason: 'null' })
})

test('a close code outside of unsigned short is a TypeError instead of a clamped number [Web IDL §3.3.7, EnforceRange]', () => {
  for (const closeCode of [-1, 65_536, Number.NaN, Number.POSITIVE_INFINITY, 'x', Symbol('x'), 1n])
    assert.throws(() => read({ closeCode }), TypeError)
  assert.deepEqual(read({ closeCode: 3000.9 }), { code: 3000, reason: '' })
  assert.deepEqual(read({ closeCode: -0.9 }), { code: 0, reason: '' })
})

test('code and reason are validated as the standard says, and 1000 stands for no code where there is a reason', () => {
  for (const code of [0, 999, 1001, 1005, 2999, 5000]) assert.throws(() => validateCloseCodeAndReason(code, ''), thrown('InvalidAccessError'))
  for (const code of [undefined, 1000, 3000, 4999]) validateCloseCodeAndReason(code, 'é'.repeat(61))
  for (const reason of ['r'.repeat(124), 'é'.repeat(62)]) assert.throws(() => validateCloseCodeAndReason(1000, reason), thrown('SyntaxError'))
  assert.equal(withDefaultCode({ code: undefined, reason: '' }).code, undefined)
  assert.equal(withDefaultCode({ code: undefined, reason: 'x' }).code, 1000)
  assert.equal(withDefaultCode({ code: 3000, reason: 'x' }).code, 3000)
})
