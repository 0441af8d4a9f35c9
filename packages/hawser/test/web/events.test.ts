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

test('the attributes of a CloseEvent are enumerable accessors of its prototype, on every Node [Web IDL section 3.7.6]', () => {
  for (const name of ['wasClean', 'code', 'reason']) {
    const found = Object.getOwnPropertyDescriptor(CloseEvent.prototype, name)
    assert.deepEqual([found?.enumerable, typeof found?.get, found?.set], [true, 'function', undefined], name)
  }
  assert.equal(Object.getPrototypeOf(CloseEvent.prototype), Event.prototype)
  assert.equal(String(new CloseEvent('close')), '[object CloseEvent]')
  assert.equal((CloseEvent as unknown as { name: string }).name, 'CloseEvent')
  assert.equal((CloseEvent as unknown as { length: number }).length, 1)
})

test('the attributes of a CloseEvent are converted once, when it is made [Web IDL section 3.2]', () => {
  const given = { wasClean: 'yes', code: '70000', reason: 7, cancelable: true }
  const event = new CloseEvent('close', given as unknown as { code: number })
  given.code = '1'
  assert.deepEqual([event.wasClean, event.code, event.reason, event.cancelable], [true, 70_000 - 65_536, '7', true])
  assert.equal(new CloseEvent('close', { reason: 'a\ud800' }).reason, 'a\ufffd')
  for (const init of [{ code: Symbol('s') }, { reason: Symbol('s') }]) {
    assert.throws(() => new CloseEvent('close', init as unknown as { code: number }), TypeError)
  }
})

test('an event needs a type, and its attributes come in an object', () => {
  for (const Constructor of [CloseEvent, ErrorEvent]) {
    assert.throws(() => Reflect.construct(Constructor, []), TypeError)
    assert.throws(() => Reflect.construct(Constructor, ['x', 7]), TypeError)
    assert.equal((Reflect.construct(Constructor, ['x', null]) as Event).type, 'x')
  }
})
