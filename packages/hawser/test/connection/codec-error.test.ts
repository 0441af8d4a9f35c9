import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageError } from '../../src/core/errors.ts'
import { codecError } from '../../src/connection/codec-error.ts'

test('an unexpected error of a codec is the application’s fault, with its cause and the message', () => {
  const cause = new TypeError('x is undefined')
  const error = codecError(cause, 'chat', 'text')
  assert.deepEqual([error.fault, error.subprotocol, error.received, error.cause], ['application', 'chat', 'text', cause])
  assert.match(error.message, /codec of subprotocol chat/)
  assert.equal(codecError(cause, 'chat').received, undefined)
})

test('a MessageError keeps whose fault it is and where, and learns its subprotocol once', () => {
  const issues = [{ message: 'expected a number', path: ['list', 0] }]
  const thrown = new MessageError('refused', { fault: 'peer', subprotocol: '', issues, received: '{}' })
  const error = codecError(thrown, 'chat')
  assert.deepEqual([error.fault, error.subprotocol, error.issues, error.received], ['peer', 'chat', issues, '{}'])
  assert.match(error.message, /^subprotocol chat: refused/)
  assert.equal(codecError(error, 'other'), error)
})
