import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isThenable } from '../../src/connection/handlers.ts'

test('promises and what looks like one are thenable, nothing else is', () => {
  assert.ok(isThenable(Promise.resolve()))
  assert.ok(isThenable({ then() {} }))
  for (const value of [undefined, null, 1, 'then', {}, { then: 1 }, () => undefined]) assert.equal(isThenable(value), false)
})
