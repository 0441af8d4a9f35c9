import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlushQueue } from '../../src/connection/flush-queue.ts'

test('entries added in one tick are flushed by one deferred call, in order; those added meanwhile by the next', () => {
  const deferred: (() => void)[] = []
  const queue = new FlushQueue({ now: () => 0, schedule: () => ({ cancel() {} }), defer: (callback) => void deferred.push(callback) })
  const log: string[] = []
  queue.add({
    flush: () => {
      log.push('a')
      queue.add({ flush: () => void log.push('c') })
    },
  })
  queue.add({ flush: () => void log.push('b') })
  assert.equal(deferred.length, 1)
  deferred.shift()?.()
  assert.deepEqual(log, ['a', 'b'])
  deferred.shift()?.()
  assert.deepEqual(log, ['a', 'b', 'c'])
})
