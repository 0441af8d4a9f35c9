import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as macrotask } from 'node:timers/promises'
import { ignoreRejection, isThenable, withoutPromise } from '../../src/core/thenable.ts'

const unreadable = {
  get then(): unknown {
    throw new Error('unreadable')
  },
}

test('a thenable is an object or a function whose then is callable or cannot be read', () => {
  const callable = Object.assign(() => undefined, { then: () => undefined })
  for (const value of [Promise.resolve(), { then() {} }, callable, unreadable]) assert.equal(isThenable(value), true)
  for (const value of [undefined, null, 0, 'then', {}, { then: 5 }, () => undefined]) assert.equal(isThenable(value), false)
})

test('an ignored rejection is never unhandled', async () => {
  ignoreRejection(Promise.reject(new Error('ignored')))
  ignoreRejection(unreadable as PromiseLike<unknown>)
  await macrotask()
})

test('an answer that must come at once is refused where it is a promise, and that promise may reject', async () => {
  assert.equal(withoutPromise('it', false), false)
  assert.throws(() => withoutPromise('it', Promise.reject(new Error('ignored'))), TypeError)
  await macrotask()
})
