import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPath, refuseIncoming } from '../../../src/core/subprotocols/refusal.ts'

test('a path is written in JavaScript syntax, whatever the names', () => {
  assert.equal(formatPath([]), '$')
  assert.equal(formatPath(['items', 2, 'first name', '__proto__']), '$.items[2]["first name"].__proto__')
})

test('the message shows three issues and counts the others, and the error has all', () => {
  const issues = ['a', 'b', 'c', 'd', 'e'].map((message) => ({ message, path: [] }))
  const error = refuseIncoming('x', issues)
  assert.equal(error.message, 'message received: a; b; c (and 2 more)')
  assert.equal(error.issues.length, 5)
})
