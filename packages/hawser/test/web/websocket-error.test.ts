import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWebSocketError, isWebSocketError, WebSocketError } from '../../src/web/websocket-error.ts'

test('the interface has the shape of Web IDL: a DOMException with two attributes and its own class string', () => {
  const error = new WebSocketError('m', { closeCode: 3456, reason: 'r' })
  assert.ok(error instanceof DOMException && error instanceof Error && error instanceof WebSocketError)
  assert.equal(Object.prototype.toString.call(error), '[object WebSocketError]')
  assert.equal(WebSocketError.name, 'WebSocketError')
  assert.equal(WebSocketError.length, 0)
  for (const name of ['closeCode', 'reason']) {
    const found = Object.getOwnPropertyDescriptor(WebSocketError.prototype, name)
    assert.equal(found?.enumerable, true)
    assert.equal(found?.set, undefined)
    assert.throws(() => found?.get?.call(new DOMException('x')), TypeError)
  }
  assert.match(String(error.stack), /WebSocketError: m/)
})

test('a class below it keeps its own prototype', () => {
  class Own extends WebSocketError {
    get twice(): number {
      return (this.closeCode ?? 0) * 2
    }
  }
  const error = new Own('m', { closeCode: 3000 })
  assert.ok(error instanceof Own)
  assert.equal(error.twice, 6000)
})

test('arguments are converted before anything is validated', () => {
  assert.throws(() => new WebSocketError(Symbol('m') as unknown as string), TypeError)
  assert.throws(() => new WebSocketError('m', 1 as never), TypeError)
  assert.throws(() => new WebSocketError('m', { closeCode: 70_000 }), TypeError)
  assert.equal(new WebSocketError(undefined, undefined).message, '')
  assert.equal(new WebSocketError(null as never, null as never).message, 'null')
})

test('an error of a connection has any code, and its cause', () => {
  const cause = new Error('why')
  const error = createWebSocketError('m', { code: 1006, reason: '' }, cause)
  assert.deepEqual([error.closeCode, error.reason, error.cause, error.constructor], [1006, '', cause, WebSocketError])
  assert.equal('cause' in createWebSocketError('m', { code: undefined, reason: '' }, undefined), false)
  assert.equal(isWebSocketError(error), true)
  assert.equal(isWebSocketError(Object.create(WebSocketError.prototype)), false)
  assert.equal(isWebSocketError(new DOMException('x', 'WebSocketError')), false)
})
