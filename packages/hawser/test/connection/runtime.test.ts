import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from '../../src/connection/runtime.ts'
import { createTestPlatform, ManualClock } from '../../src/testing/index.ts'

test('a runtime has its own wheel and queue over the clock it was given', () => {
  const clock = new ManualClock()
  const [first, second] = [createRuntime(createTestPlatform(1), clock), createRuntime(createTestPlatform(1), clock)]
  assert.notEqual(first.timers, second.timers)
  assert.notEqual(first.flushes, second.flushes)
  assert.equal(first.clock, clock)
})
