import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { checkBrowserClose, toPrivateCode } from '../../../src/runtime/browser/close-code.ts'

test('a page may close with 1000 and 3000 to 4999, and a reason of 123 bytes [WebSockets standard, validate close code and reason]', () => {
  for (const code of [1000, 3000, 4999]) checkBrowserClose(code, 'é'.repeat(61))
  for (const code of [0, 1001, 1011, 2999, 5000, 3000.5, Number.NaN]) assert.throws(() => checkBrowserClose(code, ''), OptionError)
  for (const reason of ['r'.repeat(124), 'é'.repeat(62), 1, null]) assert.throws(() => checkBrowserClose(1000, reason), OptionError)
})

test('a private code stands for a code that a page must not send', () => {
  assert.deepEqual([1000, 1007, 1008, 1013, 3000, 4999].map(toPrivateCode), [1000, 4007, 4008, 4013, 3000, 4999])
})
