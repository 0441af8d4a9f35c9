import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CloseEvent, WebSocket } from '../../src/index.ts'
import { make } from '../web/harness.ts'

for (const [value, name] of ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'].entries()) {
  test(`${name} is ${value} on the interface, the prototype and a socket, and cannot be changed, deleted or shadowed [WPT constants/001 to 006]`, () => {
    for (const target of [WebSocket, WebSocket.prototype]) {
      const found = Object.getOwnPropertyDescriptor(target, name)
      assert.deepEqual(found, { value, writable: false, enumerable: true, configurable: false })
      assert.equal(Reflect.deleteProperty(target, name), false)
      assert.equal(Reflect.set(target, name, 7), false)
    }
    const { webSocket } = make()
    assert.equal(Reflect.get(webSocket, name), value)
    assert.equal(Reflect.set(webSocket, name, 7), false)
    assert.equal(Reflect.get(webSocket, name), value)
  })
}

const readOnly = ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol']
for (const name of readOnly) {
  test(`${name} cannot be set or deleted on a socket [WPT url/001 to 004, readyState/001, 002, bufferedAmount-deleting, bufferedAmount/001]`, () => {
    const { webSocket } = make()
    const before: unknown = Reflect.get(webSocket, name)
    assert.equal(Reflect.set(webSocket, name, 'foo'), false)
    assert.equal(Reflect.deleteProperty(webSocket, name), true, 'there is none to delete')
    assert.equal(Reflect.get(webSocket, name), before)
  })

  test(`the getter of ${name} can be replaced on the prototype [WPT url/005, url/006, bufferedAmount-defineProperty-getter]`, () => {
    const { webSocket } = make()
    const prototype = Object.getPrototypeOf(webSocket) as object
    Object.defineProperty(prototype, name, { get: () => 'foo' })
    assert.equal(Reflect.get(webSocket, name), 'foo')
  })
}

test('members are found with `in` and `for…in`, and no other name is [WPT idlharness]', () => {
  const names: string[] = []
  for (const name in make().webSocket) names.push(name)
  const own = [
    'url',
    'readyState',
    'bufferedAmount',
    'onopen',
    'onerror',
    'onclose',
    'extensions',
    'protocol',
    'close',
    'onmessage',
    'binaryType',
    'send',
  ]
  const constants = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']
  const inherited = ['addEventListener', 'removeEventListener', 'dispatchEvent']
  assert.deepEqual(names.filter((name) => !inherited.includes(name)).sort(), [...own, ...constants].sort())
})

test('arguments beyond the last are ignored [WPT constructor]', (t) => {
  const socket: unknown = Reflect.construct(WebSocket, ['ws://127.0.0.1:1/', 'echo', 'Stray argument'])
  assert.ok(socket instanceof WebSocket)
  t.after(() => socket.close())
})

test('a CloseEvent is made with its attributes or their defaults, and dispatched on any target [WPT CloseEvent/001 to 004, CloseEvent/constructor]', () => {
  const event = new CloseEvent('foo', { bubbles: true, cancelable: true, wasClean: true, code: 7, reason: 'x' })
  const seen: unknown[] = []
  const target = new EventTarget()
  target.addEventListener('foo', (found) => seen.push(found))
  target.dispatchEvent(event)
  assert.equal(seen[0], event)
  assert.deepEqual([event.type, event.bubbles, event.cancelable, event.wasClean, event.code, event.reason], ['foo', true, true, true, 7, 'x'])
  const empty = new CloseEvent('foo')
  assert.deepEqual([empty.bubbles, empty.cancelable, empty.wasClean, empty.code, empty.reason], [false, false, false, 0, ''])
})
