import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket } from '../../src/index.ts'
import { make } from './harness.ts'
import type { Made } from './harness.ts'

const prototype = WebSocket.prototype as unknown as Record<string, unknown>
const descriptor = (name: string): PropertyDescriptor => Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor
const construct = (...values: unknown[]): unknown => Reflect.construct(WebSocket, values)
function opened(): Made {
  const made = make()
  made.open()
  return made
}

test('EventTarget is directly above the class, and its prototype directly above the prototype of the class [Web IDL section 3.7.1]', () => {
  assert.equal(Object.getPrototypeOf(WebSocket), EventTarget)
  assert.equal(Object.getPrototypeOf(WebSocket.prototype), EventTarget.prototype)
})

test('the prototype of the class has exactly the members of the interface, all enumerable [Web IDL section 3.7.6]', () => {
  const attributes = ['url', 'readyState', 'bufferedAmount', 'onopen', 'onerror', 'onclose', 'extensions', 'protocol', 'onmessage', 'binaryType']
  const constants = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']
  assert.deepEqual(Object.getOwnPropertyNames(prototype).sort(), ['constructor', 'close', 'send', ...attributes, ...constants].sort())
  for (const name of [...attributes, ...constants, 'close', 'send']) assert.equal(descriptor(name).enumerable, true, name)
  for (const name of attributes) assert.equal(typeof descriptor(name).get, 'function', name)
  const writable = attributes.filter((name) => descriptor(name).set !== undefined)
  assert.deepEqual(writable, ['onopen', 'onerror', 'onclose', 'onmessage', 'binaryType'])
})

test('a socket has no property of its own', () => {
  assert.deepEqual(
    Reflect.ownKeys(make().webSocket).filter((key) => typeof key === 'string'),
    [],
  )
})

test('length counts the arguments that must be given [Web IDL section 3.7.1]', () => {
  const lengthOf = (name: string): unknown => (prototype[name] as { length: number }).length
  assert.deepEqual([WebSocket.length, lengthOf('send'), lengthOf('close')], [1, 1, 0])
  assert.equal((WebSocket as unknown as { name: string }).name, 'WebSocket')
})

test('the constants are on the constructor, the prototype and every object, and cannot be written', () => {
  const { webSocket } = make()
  for (const target of [WebSocket, WebSocket.prototype, webSocket] as unknown as Record<string, unknown>[]) {
    assert.deepEqual([target['CONNECTING'], target['OPEN'], target['CLOSING'], target['CLOSED']], [0, 1, 2, 3])
  }
  assert.throws(() => {
    ;(WebSocket as unknown as { OPEN: number }).OPEN = 7
  }, TypeError)
  assert.equal(Object.prototype.toString.call(webSocket), '[object WebSocket]')
})

test('calls without the arguments that must be given are a TypeError [Web IDL section 3.7.1]', () => {
  assert.throws(() => construct(), { name: 'TypeError', message: /1 argument required/ })
  assert.throws(() => (opened().webSocket.send as () => void)(), { name: 'TypeError', message: /1 argument required/ })
  assert.throws(() => (WebSocket as unknown as () => void)(), TypeError)
})

test('members refuse every object that is not a WebSocket, before they convert an argument [Web IDL section 3.7.6]', () => {
  const never = {
    toString: () => assert.fail('converted'),
  }
  for (const self of [{}, EventTarget.prototype, WebSocket.prototype, undefined]) {
    for (const name of ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol', 'binaryType', 'onopen']) {
      assert.throws(() => descriptor(name).get?.call(self), TypeError, name)
    }
    assert.throws(() => descriptor('binaryType').set?.call(self, never), TypeError)
    for (const name of ['send', 'close']) assert.throws(() => Reflect.apply(prototype[name] as () => void, self, [never]), TypeError)
  }
})

test('a symbol is a TypeError wherever a string or number is asked for [Web IDL section 3.2]', () => {
  const symbol = Symbol('s') as unknown as string
  assert.throws(() => construct(symbol), TypeError)
  assert.throws(() => construct('ws://h/', symbol), TypeError)
  assert.throws(() => construct('ws://h/', [symbol]), TypeError)
  const { webSocket } = opened()
  assert.throws(() => webSocket.send(symbol), TypeError)
  assert.throws(() => webSocket.close(symbol as unknown as number), TypeError)
  assert.throws(() => webSocket.close(1000, symbol), TypeError)
  assert.throws(() => {
    webSocket.binaryType = symbol as 'blob'
  }, TypeError)
  assert.equal(webSocket.readyState, 1)
})

test('binaryType converts its value and ignores one that is not in the enumeration [Web IDL section 3.7.6]', () => {
  const { webSocket } = make()
  webSocket.binaryType = { toString: () => 'arraybuffer' } as unknown as 'arraybuffer'
  assert.equal(webSocket.binaryType, 'arraybuffer')
  for (const value of ['Blob', '', null, 'nodebuffer']) webSocket.binaryType = value as 'blob'
  assert.equal(webSocket.binaryType, 'arraybuffer')
})

test('a class of the application extends the class, with its members and its class string', () => {
  class Logged extends WebSocket {
    get host(): string {
      return new URL(this.url).host
    }
  }
  const signal = AbortSignal.abort()
  const logged = new Logged('ws://127.0.0.1:1/', { signal })
  assert.ok(logged instanceof WebSocket && logged instanceof EventTarget)
  assert.deepEqual([logged.host, String(logged)], ['127.0.0.1:1', '[object WebSocket]'])
})
