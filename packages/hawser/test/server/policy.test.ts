import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { text } from '../../src/core/subprotocols/index.ts'
import { readPaths, resolveServerPolicy } from '../../src/server/policy.ts'

test('subprotocols are names or codecs, in the order of declaration; names of Object.prototype are ordinary names', () => {
  assert.deepEqual(resolveServerPolicy({ subprotocols: ['b', 'a'] }).subprotocols, ['b', 'a'])
  const policy = resolveServerPolicy({ subprotocols: { constructor: text(), soap: text() } })
  assert.deepEqual(policy.subprotocols, ['constructor', 'soap'])
  assert.equal(policy.codecs.has('toString'), false)
  assert.equal(resolveServerPolicy({}).codecs.get('constructor'), undefined)
})

test('paths begin with / and have no query', () => {
  assert.deepEqual([...(readPaths(['/a', '/b'], 'paths') ?? [])], ['/a', '/b'])
  for (const path of ['a', '/a?b', '/a#b', '']) assert.throws(() => readPaths([path], 'paths'), OptionError)
})
