import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptSteps } from '../../../src/cli/inspect/accept-steps.ts'

test('the example of RFC 6455 section 1.3, step by step', () => {
  const steps = acceptSteps('dGhlIHNhbXBsZSBub25jZQ==', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  assert.equal(steps.joined, 'dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11')
  assert.equal(steps.sha1, 'b37a4f2cc0624f1690f64606cf385945b2bec4ea')
  assert.equal(steps.accept, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  assert.equal(steps.matches, true)
})

test('another value does not match, and none is none', () => {
  assert.equal(acceptSteps('dGhlIHNhbXBsZSBub25jZQ==', 'x').matches, false)
  assert.deepEqual([acceptSteps('k', undefined).sent, acceptSteps('k', undefined).matches], [undefined, false])
})
