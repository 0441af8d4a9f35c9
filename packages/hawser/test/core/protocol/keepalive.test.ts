import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { Keepalive } from '../../../src/core/protocol/keepalive.ts'
import { createTestPlatform } from '../../../src/testing/index.ts'

const { random } = createTestPlatform(1)
const keepaliveOf = (keepaliveIntervalMs: number, keepaliveTimeoutMs: number, now: number): Keepalive =>
  new Keepalive({ keepaliveIntervalMs, keepaliveTimeoutMs, random }, now)

test('silence leads to a Ping after the interval, and to the end after the timeout and one more read', () => {
  const keepalive = keepaliveOf(20, 10, 100)
  assert.equal(keepalive.nextTimeout(), 120)
  assert.equal(keepalive.handleTimeout(119, false, 0, false), undefined)
  assert.equal(keepalive.handleTimeout(121, false, 0, false), 'ping')
  assert.equal(keepalive.nextTimeout(), 131)
  assert.equal(keepalive.handleTimeout(130, false, 0, false), undefined)
  assert.equal(keepalive.handleTimeout(131, false, 0, false), undefined)
  assert.equal(keepalive.nextTimeout(), 132)
  assert.ok(keepalive.handleTimeout(132, false, 0, false) instanceof ConnectionError)
})

test('any received byte is a sign of life', () => {
  const keepalive = keepaliveOf(20, 10, 0)
  keepalive.received(15)
  assert.equal(keepalive.nextTimeout(), 35)
  assert.equal(keepalive.handleTimeout(35, false, 0, false), 'ping')
  keepalive.received(44)
  assert.equal(keepalive.handleTimeout(45, false, 0, false), undefined)
  assert.equal(keepalive.nextTimeout(), 64)
})

test('after a pause of the whole process, a Pong that was not read yet counts', () => {
  const keepalive = keepaliveOf(20, 10, 0)
  assert.equal(keepalive.handleTimeout(20, false, 0, false), 'ping')
  assert.equal(keepalive.handleTimeout(5000, false, 0, false), undefined)
  keepalive.received(5000)
  assert.equal(keepalive.nextTimeout(), 5020)
})

test('while nothing is read, Pings are sent and silence proves nothing', () => {
  const keepalive = keepaliveOf(20, 10, 0)
  assert.equal(keepalive.handleTimeout(20, true, 0, false), 'ping')
  assert.equal(keepalive.handleTimeout(30, true, 0, false), undefined)
  assert.equal(keepalive.nextTimeout(), 50)
  assert.equal(keepalive.handleTimeout(50, true, 0, false), 'ping')
})

test('bytes that leave a full transport are a sign of life, and the time of the Pong starts when the Ping has left', () => {
  const keepalive = keepaliveOf(20, 10, 0)
  assert.equal(keepalive.handleTimeout(20, false, 1000, true), 'ping')
  assert.equal(keepalive.handleTimeout(30, false, 2000, true), undefined)
  assert.equal(keepalive.handleTimeout(40, false, 3000, false), undefined)
  assert.equal(keepalive.nextTimeout(), 50)
  assert.equal(keepalive.handleTimeout(50, false, 3000, false), undefined)
  assert.ok(keepalive.handleTimeout(51, false, 3000, false) instanceof ConnectionError)
})

test('bytes that a transport with room takes prove nothing', () => {
  const keepalive = keepaliveOf(20, 10, 0)
  assert.equal(keepalive.handleTimeout(20, false, 1000, false), 'ping')
  assert.equal(keepalive.handleTimeout(30, false, 2000, false), undefined)
  assert.ok(keepalive.handleTimeout(31, false, 3000, false) instanceof ConnectionError)
})

test('an interval of 0 turns it off', () => {
  assert.equal(keepaliveOf(0, 10, 0).nextTimeout(), Infinity)
})

test('with jitter, connections that fell silent together send their Pings at different times, none later than the interval', () => {
  const all = Array.from({ length: 1000 }, () => new Keepalive({ keepaliveIntervalMs: 20_000, keepaliveJitter: 0.1, random }, 0))
  const times = all.map((one) => one.nextTimeout())
  for (const time of times) assert.ok(time > 18_000 && time <= 20_000, String(time))
  const inSlot = new Map<number, number>()
  for (const time of times) inSlot.set(Math.floor(time / 100), (inSlot.get(Math.floor(time / 100)) ?? 0) + 1)
  assert.ok(inSlot.size >= 20 && Math.max(...inSlot.values()) < 100, 'the Pings are not spread over the two seconds')
})

test('jitter is drawn anew for each Ping', () => {
  const keepalive = new Keepalive({ keepaliveIntervalMs: 1000, keepaliveJitter: 1, random }, 0)
  const intervals = new Set<number>()
  let now = 0
  for (let i = 0; i < 20; i++) {
    const at = keepalive.nextTimeout()
    intervals.add(at - now)
    assert.equal(keepalive.handleTimeout(at, false, 0, false), 'ping')
    now = at + 1
    keepalive.received(now)
  }
  assert.ok(intervals.size > 10)
})

test('with `always`, a Ping is due at each interval after the last, whatever is received', () => {
  const keepalive = new Keepalive({ keepaliveIntervalMs: 20, keepaliveTimeoutMs: 50, keepaliveAlways: true, random }, 0)
  const pings: number[] = []
  for (let now = 0; now < 100; now++) {
    if (keepalive.handleTimeout(now, false, 0, false) === 'ping') pings.push(now)
    keepalive.received(now)
  }
  assert.deepEqual(pings, [20, 40, 60, 80])
  assert.equal(keepalive.nextTimeout(), 100)
})

test('with `always`, a peer that falls silent is given up as without it', () => {
  const keepalive = new Keepalive({ keepaliveIntervalMs: 20, keepaliveTimeoutMs: 50, keepaliveAlways: true, random }, 0)
  keepalive.received(15)
  assert.equal(keepalive.handleTimeout(20, false, 0, false), 'ping')
  assert.equal(keepalive.nextTimeout(), 70)
  assert.equal(keepalive.handleTimeout(70, false, 0, false), undefined)
  assert.ok(keepalive.handleTimeout(71, false, 0, false) instanceof ConnectionError)
})
