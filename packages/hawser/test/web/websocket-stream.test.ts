import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { makeStream } from './stream-harness.ts'

test('the interface has the shape of Web IDL: four enumerable members on its prototype, a class string, and no constants', () => {
  const { WebSocketStream, stream } = makeStream()
  const names: string[] = []
  for (const name in stream) names.push(name)
  assert.deepEqual(names, ['url', 'opened', 'closed', 'close'])
  assert.deepEqual(Object.getOwnPropertyNames(WebSocketStream).sort(), ['length', 'name', 'prototype'])
  assert.deepEqual([WebSocketStream.length, WebSocketStream.name, WebSocketStream.prototype.close.length], [1, 'WebSocketStream', 0])
  assert.equal(Object.prototype.toString.call(stream), '[object WebSocketStream]')
  assert.equal(Object.getPrototypeOf(WebSocketStream.prototype), Object.prototype)
  for (const name of ['url', 'opened', 'closed']) {
    const found = Object.getOwnPropertyDescriptor(WebSocketStream.prototype, name)
    assert.deepEqual([found?.set, found?.enumerable, found?.configurable], [undefined, true, true])
    assert.equal(Reflect.set(stream, name, 'foo'), false)
  }
})

test('members refuse every other object, those of a promise type with a promise [Web IDL §3.7.6]', async () => {
  const { WebSocketStream, stream } = makeStream()
  const other = Object.create(WebSocketStream.prototype) as typeof stream
  assert.throws(() => other.url, TypeError)
  assert.throws(() => other.close(), TypeError)
  await assert.rejects(other.opened, TypeError)
  await assert.rejects(other.closed, TypeError)
  for (const name of ['opened', 'closed'] as const) {
    const getter = Object.getOwnPropertyDescriptor(WebSocketStream.prototype, name)?.get as () => Promise<unknown>
    for (const value of [undefined, null, 1, 'a', Symbol('a')]) await assert.rejects(getter.call(value), TypeError)
  }
  assert.equal(stream.opened, stream.opened)
  assert.equal(stream.closed, stream.closed)
})

test('it is constructed with `new` and a URL', () => {
  const { WebSocketStream } = makeStream()
  assert.throws(() => Reflect.construct(WebSocketStream, []), TypeError)
  assert.throws(() => Reflect.apply(WebSocketStream as unknown as () => void, undefined, ['ws://h/']), TypeError)
})

test('close() converts and validates its argument in every state', () => {
  const { stream } = makeStream()
  for (let state = 0; state < 2; state++) {
    assert.throws(() => stream.close(true as never), TypeError)
    assert.throws(() => stream.close({ closeCode: 65_536 }), TypeError)
    assert.throws(() => stream.close({ closeCode: 1001 }), { name: 'InvalidAccessError' })
    assert.throws(() => stream.close({ reason: '.'.repeat(124) }), { name: 'SyntaxError' })
    stream.close(null as never)
  }
})

test('console.log shows the URL without its userinfo', () => {
  const { stream } = makeStream()
  const shown = inspect(stream)
  assert.match(shown, /^WebSocketStream \{/)
  assert.doesNotMatch(shown, /pass/)
  assert.equal(stream.url, 'ws://user:pass@h/')
})
