import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { Deadlines } from '../../../src/core/protocol/deadlines.ts'
import { coreOptions, readSocketSettings } from '../../../src/connection/socket-settings.ts'
import type { SocketOptions } from '../../../src/connection/socket-settings.ts'
import { createTestPlatform } from '../../../src/testing/index.ts'

const deadlinesOf = (options: SocketOptions): Deadlines =>
  new Deadlines(coreOptions('server', readSocketSettings(options), createTestPlatform(1), [], false), 0)

const transport = (unsentBytes = 0): any => ({ sentBytes: 0, unsentBytes })

test('the earliest deadline counts, and each has its own outcome', () => {
  const deadlines = deadlinesOf({ keepalive: { intervalMs: 100, jitter: 0 }, idleTimeoutMs: 300, limits: { incompleteMs: 200 } })
  assert.equal(deadlines.nextTimeout(), 75, 'the first look for idleness')
  assert.equal(deadlines.handleTimeout(75, false, transport(), 0), undefined)
  assert.equal(deadlines.nextTimeout(), 100)
  assert.equal(deadlines.handleTimeout(100, false, transport(), 0), 'ping')
  deadlines.keepalive.received(110)
  deadlines.setKeepalive({ keepaliveIntervalMs: 0 }, 110)
  for (const look of [150, 225]) {
    assert.equal(deadlines.nextTimeout(), look)
    assert.equal(deadlines.handleTimeout(look, false, transport(), 0), undefined)
  }
  assert.equal(deadlines.nextTimeout(), 300)
  deadlines.note(true, 0, 0, 50)
  assert.equal(deadlines.nextTimeout(), 250)
  assert.ok(deadlines.handleTimeout(250, false, transport(), 0) instanceof ConnectionError)
  deadlines.note(false, 0, 0, 260)
  assert.equal(deadlines.nextTimeout(), 300, 'nothing is incomplete any more')
  assert.equal((deadlines.handleTimeout(300, false, transport(), 0) as { code: number }).code, 1001)
})

test('held input and output that waits for the transport are no idleness', () => {
  for (const [isHeld, unsent] of [
    [true, 0],
    [false, 1],
  ] as const) {
    const deadlines = deadlinesOf({ keepalive: false, idleTimeoutMs: 300 })
    assert.equal(deadlines.handleTimeout(300, isHeld, transport(unsent), 0), undefined)
  }
  assert.equal(deadlinesOf({ keepalive: false }).nextTimeout(), Infinity)
})

test('keepalive that is turned on for one connection stays off for the others', () => {
  const [one, other] = [deadlinesOf({ keepalive: false }), deadlinesOf({ keepalive: false })]
  one.setKeepalive({ keepaliveIntervalMs: 100 }, 50)
  other.keepalive.received(120)
  assert.deepEqual([one.nextTimeout(), other.nextTimeout()], [150, Infinity])
})
