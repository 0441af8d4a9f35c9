import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { test } from 'node:test'
import { resolveHost } from '../../../src/runtime/node/resolve.ts'

const lookupOf = (act: (callback: (...answer: unknown[]) => void) => unknown): LookupFunction =>
  ((_hostname: string, _options: unknown, callback: (...answer: unknown[]) => void) => act(callback)) as LookupFunction

const resolve = (act: (callback: (...answer: unknown[]) => void) => unknown) => resolveHost(lookupOf(act), 'h.example', 0)

test('a lookup may give a list of addresses, or one address and its family', async () => {
  assert.deepEqual(await resolve((callback) => callback(null, [{ address: '::1', family: 6 }, { address: '127.0.0.1' }])), [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ])
  assert.deepEqual(await resolve((callback) => callback(null, '127.0.0.1', 4)), [{ address: '127.0.0.1', family: 4 }])
  assert.deepEqual(await resolve((callback) => callback(undefined, '::1')), [{ address: '::1', family: 6 }])
})

test('the lookup is asked for all addresses of the family', async () => {
  const asked: unknown[] = []
  const lookup = ((hostname: string, options: unknown, callback: (...answer: unknown[]) => void) => {
    asked.push(hostname, options)
    callback(null, '127.0.0.1', 4)
  }) as LookupFunction
  await resolveHost(lookup, 'h.example', 4)
  assert.deepEqual(asked, ['h.example', { all: true, family: 4, hints: 0 }])
})

const useless: [string, (callback: (...answer: unknown[]) => void) => unknown, RegExp][] = [
  ['gives an empty list', (callback) => callback(null, []), /no address/],
  ['gives a host name', (callback) => callback(null, 'localhost', 4), /neither an IP address/],
  ['gives a list with a host name', (callback) => callback(null, [{ address: 'localhost', family: 4 }]), /neither an IP address/],
  ['gives a list with null', (callback) => callback(null, [null]), /neither an IP address/],
  ['gives nothing', (callback) => callback(null), /neither an IP address/],
  ['calls back with an error', (callback) => callback(new Error('expected')), /expected/],
  [
    'throws',
    () => {
      throw new Error('expected')
    },
    /expected/,
  ],
  ['rejects', () => Promise.reject(new Error('expected')), /expected/],
]
for (const [what, act, message] of useless) {
  test(`a lookup that ${what} fails`, async () => {
    await assert.rejects(resolve(act), { message })
  })
}

test('only the first answer of a lookup counts', async () => {
  const twice = await resolve((callback) => {
    callback(null, '127.0.0.1', 4)
    callback(null, '127.0.0.2', 4)
    callback(new Error('too late'))
    throw new Error('even later')
  })
  assert.deepEqual(twice, [{ address: '127.0.0.1', family: 4 }])
})
