import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import type { Socket } from '../../src/connection/socket.ts'
import { checkBroadcastOptions, readExceptions, readReceivers } from '../../src/server/broadcast-options.ts'
import { pair } from '../../src/testing/pair.ts'

const { client: one, server: two } = pair()
const { client: other } = pair()
const connections = new Set<Socket>([one, two])

test('to is an iterable of sockets; those that are not connected here are passed over, and none counts twice', () => {
  assert.deepEqual([...readReceivers(connections, [two, other, two])], [two])
  assert.deepEqual([...readReceivers(connections, new Set([one]))], [one])
  assert.deepEqual([...readReceivers(connections, new Map([['room', two]]).values())], [two])
})

test('except is a socket or an iterable of sockets', () => {
  assert.deepEqual([...readExceptions(one)], [one])
  assert.deepEqual([...readExceptions([one, other])], [one, other])
})

test('a value that is neither a socket nor an iterable of sockets is an OptionError that names the option', () => {
  for (const wrong of ['a', 1, null, {}, one, ['a'], [null], new Map([['room', one]])]) {
    assert.throws(
      () => readReceivers(connections, wrong),
      (error: OptionError) => error instanceof OptionError && error.option === 'to',
      String(wrong),
    )
  }
  for (const wrong of ['a', 1, null, {}, ['a'], new Map([['room', one]])]) {
    assert.throws(
      () => readExceptions(wrong),
      (error: OptionError) => error instanceof OptionError && error.option === 'except',
      String(wrong),
    )
  }
})

test('an unknown option and a filter that is not a function are refused', () => {
  checkBroadcastOptions({ to: [], except: one, filter: () => true, compress: true, immutable: true })
  assert.throws(() => checkBroadcastOptions({ too: [] } as object), /^OptionError: unknown option "too" \(did you mean "to"\?\)$/)
  assert.throws(() => checkBroadcastOptions({ filter: true } as object), /option filter: expected a function, received true/)
})
