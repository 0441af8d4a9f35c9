import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binary } from '../../../src/core/subprotocols/index.ts'
import { caught } from './caught.ts'

test('binary() carries bytes both ways and refuses a text message with an issue', () => {
  const codec = binary()
  const bytes = new Uint8Array([1, 2])
  assert.equal(codec.decode(bytes), bytes)
  assert.equal(codec.encode(bytes), bytes)
  assert.match(caught(() => codec.decode('x')).message, /expected a binary message, received a text one/)
})

test('sending a value that is not bytes as binary is the application’s fault', () => {
  assert.equal(caught(() => binary().encode('x' as unknown as Uint8Array)).fault, 'application')
})
