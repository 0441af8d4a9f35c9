import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deferred } from '../../src/connection/deferred.ts'

test('a deferred is resolved from outside, once', async () => {
  const deferred = new Deferred<number>()
  deferred.resolve(1)
  deferred.resolve(2)
  assert.equal(await deferred.promise, 1)
})
