import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageFacts } from '../../../src/cli/inspect/server-facts.ts'

const offers = (...subprotocols: string[]) => pageFacts({ mode: 'echo', subprotocols, origins: 'the same origin', paths: [] }).offers

test('suggests offers that are accepted, reordered, partly declared, not declared, not a token and empty', () => {
  assert.deepEqual(offers('chat', 'soap'), ['chat', 'soap, chat', 'not-declared, chat', 'not-declared', 'not a token', ''])
  assert.deepEqual(offers('chat'), ['chat', 'not-declared, chat', 'not-declared', 'not a token', ''])
  assert.deepEqual(offers(), ['', 'not-declared', 'not a token'])
})
