import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { ManualClock, settle } from '../../src/testing/index.ts'

test('advance runs due tasks in order, each at its own time, with promise callbacks in between', async () => {
  const clock = new ManualClock(100)
  const log: string[] = []
  clock.schedule(() => void log.push(`b ${clock.now()}`), 20)
  clock.schedule(() => {
    log.push(`a ${clock.now()}`)
    void Promise.resolve().then(() => log.push('then'))
    clock.schedule(() => void log.push(`nested ${clock.now()}`), 5)
  }, 10)
  const cancelled = clock.schedule(() => void log.push('never'), 15)
  cancelled.cancel()
  await clock.advance(20)
  assert.deepEqual(log, ['a 110', 'then', 'nested 115', 'b 120'])
  assert.deepEqual([clock.now(), clock.pending], [120, 0])
})

test('defer runs after the code that runs now', async () => {
  const log: string[] = []
  new ManualClock().defer(() => void log.push('deferred'))
  log.push('now')
  await settle()
  assert.deepEqual(log, ['now', 'deferred'])
})

test('a clock never goes back, and its time is a number', async () => {
  const clock = new ManualClock(5)
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n]) {
    await assert.rejects(clock.advance(wrong as number), OptionError)
    assert.throws(() => new ManualClock(wrong as number), OptionError)
  }
  assert.equal(clock.now(), 5)
})
