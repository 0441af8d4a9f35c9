import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Idle } from '../../../src/core/protocol/idle.ts'

test('no message for the timeout ends the connection, with 1001 and the reason', () => {
  const idle = new Idle(1000, 50)
  for (const look of [300, 550, 800]) {
    assert.equal(idle.deadline, look)
    assert.equal(idle.handleTimeout(look, 0, false), undefined)
  }
  assert.equal(idle.handleTimeout(1049, 0, false), undefined)
  assert.deepEqual(idle.handleTimeout(1050, 0, false), { code: 1001, reason: 'idle: no message for 1000 ms' })
})

test('after a message the end comes when the timeout has passed, and at most a quarter later', () => {
  for (const sentAt of [0, 1, 249, 251, 500, 999]) {
    const idle = new Idle(1000, 0)
    let end: unknown
    let now = 0
    while (end === undefined) {
      now = idle.deadline
      end = idle.handleTimeout(now, now >= sentAt ? 1 : 0, false)
    }
    assert.ok(now >= sentAt + 1000 && now <= sentAt + 1250, `${sentAt}: ${now}`)
  }
  const steady = new Idle(1000, 0)
  let now = 0
  let messages = 0
  for (; messages < 20; messages++) {
    now = steady.deadline
    assert.equal(steady.handleTimeout(now, messages + 1, false), undefined)
  }
  const last = now
  let end: unknown
  while (end === undefined) {
    now = steady.deadline
    end = steady.handleTimeout(now, messages, false)
  }
  assert.ok(now - last >= 1000 && now - last <= 1250, String(now - last))
})

test('a message that is on its way counts as activity', () => {
  const idle = new Idle(1000, 0)
  assert.equal(idle.handleTimeout(1000, 0, true), undefined)
  assert.equal(idle.handleTimeout(1250, 0, true), undefined)
  let now = 0
  while (idle.handleTimeout((now = idle.deadline), 0, false) === undefined);
  assert.equal(now, 2250)
})
