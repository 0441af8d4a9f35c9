import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PromiseCapability } from '../../src/web/promise-capability.ts'

test('a promise is settled from outside, and a rejection that nobody handles does not end the process', async () => {
  const resolved = new PromiseCapability<number>()
  resolved.resolve(1)
  assert.equal(await resolved.promise, 1)
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const rejected = new PromiseCapability<void>()
  const reason = new Error('why')
  rejected.reject(reason)
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  assert.deepEqual(unhandled, [])
  await assert.rejects(rejected.promise, reason)
})
