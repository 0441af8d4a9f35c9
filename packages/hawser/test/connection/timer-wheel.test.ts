import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TimedEntry, TimerWheel } from '../../src/connection/timer-wheel.ts'
import { ManualClock } from '../../src/testing/index.ts'

class Entry extends TimedEntry {
  readonly fired: number[] = []
  next = Number.POSITIVE_INFINITY
  onFire: (() => void) | undefined
  override timeout(now: number): number {
    this.fired.push(now)
    this.onFire?.()
    return this.next
  }
}

test('an entry fires once, not before its time and at most one slot after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 40 }), async (times) => {
      const clock = new ManualClock(12_345)
      const wheel = new TimerWheel(clock)
      const entries = times.map((time) => {
        const entry = new Entry()
        wheel.schedule(entry, 12_345 + time)
        return entry
      })
      await clock.advance(100_100)
      for (const [index, entry] of entries.entries()) {
        const due = 12_345 + (times[index] as number)
        assert.equal(entry.fired.length, 1)
        assert.ok((entry.fired[0] as number) >= due && (entry.fired[0] as number) <= due + 41, `${entry.fired[0]} for ${due}`)
      }
      assert.equal(wheel.size, 0)
    }),
    { numRuns: 30 },
  )
})

test('nothing is scheduled while the wheel is empty, and one task however many entries there are', async () => {
  const clock = new ManualClock()
  const wheel = new TimerWheel(clock)
  const entries = Array.from({ length: 1000 }, () => new Entry())
  for (const [index, entry] of entries.entries()) wheel.schedule(entry, 1000 + index)
  assert.equal(clock.pending, 1)
  for (const entry of entries) wheel.cancel(entry)
  assert.equal(clock.pending, 0)
  await clock.advance(5000)
  assert.ok(entries.every((entry) => entry.fired.length === 0))
})

test('an entry says when it wants to be called again, and a deadline that moved away costs nothing until then', async () => {
  const clock = new ManualClock()
  const wheel = new TimerWheel(clock)
  const entry = new Entry()
  wheel.schedule(entry, 100)
  entry.next = 5000
  await clock.advance(200)
  assert.equal(entry.fired.length, 1)
  entry.next = Number.POSITIVE_INFINITY
  await clock.advance(10_000)
  assert.equal(entry.fired.length, 2)
  assert.equal(clock.pending, 0)
})

test('an entry may schedule and cancel others of the same slot while it fires', async () => {
  const clock = new ManualClock()
  const wheel = new TimerWheel(clock)
  const [first, second, third] = [new Entry(), new Entry(), new Entry()]
  const onFire = (): void => {
    wheel.schedule(second, 500)
    wheel.cancel(third)
  }
  for (const entry of [first, second, third]) wheel.schedule(entry, 100)
  first.onFire = onFire
  third.onFire = onFire
  await clock.advance(1000)
  assert.ok(second.fired.length >= 1)
  assert.equal(wheel.size, 0)
})
