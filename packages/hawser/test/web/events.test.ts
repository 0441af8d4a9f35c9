import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloseEvent, ErrorEvent } from '../../src/web/index.ts'

test('a CloseEvent carries code, reason and wasClean, and is the runtime’s where it has one', () => {
  const event = new CloseEvent('close', { code: 4000, reason: 'x', wasClean: true })
  assert.deepEqual([event.type, event.code, event.reason, event.wasClean, event.cancelable], ['close', 4000, 'x', true, false])
  const empty = new CloseEvent('close')
  assert.deepEqual([empty.code, empty.reason, empty.wasClean], [0, '', false])
  assert.ok(event instanceof Event)
  const native = (globalThis as { CloseEvent?: new (type: string) => Event }).CloseEvent
  if (native !== undefined) assert.ok(event instanceof native)
})

test('an ErrorEvent carries the error itself', () => {
  const error = new Error('why')
  const event = new ErrorEvent('error', { error, message: 'why' })
  assert.deepEqual([event.type, event.error, event.message], ['error', error, 'why'])
  assert.equal(new ErrorEvent('error').error, undefined)
  const native = (globalThis as { ErrorEvent?: new (type: string) => Event }).ErrorEvent
  if (native !== undefined) assert.ok(event instanceof native)
})
