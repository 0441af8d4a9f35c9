import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readStreamArguments } from '../../src/web/stream-arguments.ts'
import { thrown } from './harness.ts'

const read = (url: unknown, options?: unknown): ReturnType<typeof readStreamArguments> => readStreamArguments(url, options, undefined)

test('the URL is read as that of a WebSocket', () => {
  assert.equal(read('https://h/a').url, 'wss://h/a')
  assert.equal(readStreamArguments('../x', undefined, 'http://h/a/b').url, 'ws://h/x')
  for (const url of ['invalid:', 'ftp://h/', 'ws://h/#a', '/relative']) assert.throws(() => read(url), thrown('SyntaxError'))
  assert.throws(() => read(Symbol('url')), TypeError)
})

test('protocols are a list of distinct tokens, and a string is no list [Web IDL §3.2.21]', () => {
  assert.deepEqual(read('ws://h/').protocols, [])
  assert.deepEqual(read('ws://h/', { protocols: new Set(['b', 'a']) }).protocols, ['b', 'a'])
  for (const protocols of ['hi', 1, {}, null]) assert.throws(() => read('ws://h/', { protocols }), TypeError)
  for (const protocols of [['a', 'a'], ['a b'], ['']]) assert.throws(() => read('ws://h/', { protocols }), thrown('SyntaxError'))
})

test('signal is an AbortSignal, and everything else is left to the runtime', () => {
  const { signal } = new AbortController()
  const read1 = read('ws://h/', { signal, protocols: ['a'], headers: { x: '1' } })
  assert.equal(read1.signal, signal)
  assert.deepEqual(read1.extra, { headers: { x: '1' } })
  for (const signal of [null, {}, 'x']) assert.throws(() => read('ws://h/', { signal }), TypeError)
  for (const options of [true, 1, 'x']) assert.throws(() => read('ws://h/', options), TypeError)
  assert.deepEqual(read('ws://h/', null).extra, {})
})
