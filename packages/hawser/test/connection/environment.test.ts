import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEnvironment } from '../../src/connection/environment.ts'
import { createTestPlatform, ManualClock } from '../../src/testing/index.ts'

test('an environment has its own wheel and queue over the clock it was given', () => {
  const clock = new ManualClock()
  const [first, second] = [createEnvironment(createTestPlatform(1), clock), createEnvironment(createTestPlatform(1), clock)]
  assert.notEqual(first.timers, second.timers)
  assert.notEqual(first.flushes, second.flushes)
  assert.equal(first.clock, clock)
})
