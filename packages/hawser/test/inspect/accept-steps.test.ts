import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptSteps } from '../../src/inspect/accept-steps.ts'

test('shows the example step by step [RFC 6455 §1.3]', () => {
  const steps = acceptSteps('dGhlIHNhbXBsZSBub25jZQ==', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  assert.equal(steps.joined, 'dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
  assert.equal(steps.sha1, 'b37a4f2cc0624f1690f64606cf385945b2bec4ea')
  assert.equal(steps.accept, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  assert.equal(steps.matches, true)
})

test('detects another value and a missing one', () => {
  assert.equal(acceptSteps('dGhlIHNhbXBsZSBub25jZQ==', 'x').matches, false)
  assert.deepEqual([acceptSteps('k', undefined).sent, acceptSteps('k', undefined).matches], [undefined, false])
})
