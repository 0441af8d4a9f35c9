import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../../../src/core/subprotocols/index.ts'
import { caught } from './caught.ts'

test('text() carries strings both ways and refuses a binary message with an issue', () => {
  const codec = text()
  assert.equal(codec.decode('grüße'), 'grüße')
  assert.equal(codec.encode('a'), 'a')
  const bytes = new Uint8Array([1])
  const error = caught(() => codec.decode(bytes))
  assert.equal(error.fault, 'peer')
  assert.equal(error.received, bytes)
  assert.match(error.issues[0]?.message ?? '', /expected a text message, received a binary one/)
})

test('sending a value that is not a string as text is the application’s fault', () => {
  assert.equal(caught(() => text().encode(1 as unknown as string)).fault, 'application')
})
