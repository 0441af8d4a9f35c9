import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { readBrowserLimits } from '../../../src/runtime/browser/limits.ts'
import { limitsOf } from '../../../../../scripts/limit-tables.ts'
import { read } from '../../../../../scripts/sources.ts'

test('the documented defaults are those of the code', () => {
  const rows = limitsOf(read('packages/hawser/src/runtime/browser/limits.ts'), 'BrowserLimits')
  assert.deepEqual(Object.fromEntries(rows.map(({ name, defaultValue }) => [name, Number(defaultValue)])), readBrowserLimits({}))
})

test('a limit is a whole number within its range', () => {
  assert.equal(readBrowserLimits({ message: 5 }).message, 5)
  assert.equal(readBrowserLimits({ receiveBuffer: 0, highWaterMark: 0 }).receiveBuffer, 0)
  for (const limits of [{ message: 0 }, { backlog: -1 }, { handshakeMs: 1.5 }, { sendBuffer: Number.POSITIVE_INFINITY }]) {
    assert.throws(() => readBrowserLimits(limits), OptionError)
  }
})
