import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SessionWatch } from '../../src/connection/session-watch.ts'
import { SessionDouble } from '../peers/session-double.ts'

/** Checks as often as the watch asks for it, for `ms`. @returns the time at which the connection was aborted */
function run(session: SessionDouble, watch: SessionWatch, ms: number, streams: number): number | undefined {
  for (let now = 0; now <= ms; ) {
    const next = watch.check(now, streams)
    if (session.asked.includes('abort')) return now
    now = next
  }
  return undefined
}

test('a working session gets one PING, and continues', () => {
  const session = new SessionDouble()
  assert.equal(run(session, new SessionWatch(session, 0, 60_000), 50_000, 1), undefined)
  assert.deepEqual(session.asked, ['PING'])
})

test('after GOAWAY a session without streams has a second to end its connection [RFC 9113 §6.8]', () => {
  const session = new SessionDouble()
  const watch = new SessionWatch(session, 0, 60_000)
  session.goAway()
  assert.equal(run(session, watch, 50_000, 0), 1_000)
})

test('after GOAWAY a session continues until its last stream ends', () => {
  const session = new SessionDouble()
  const watch = new SessionWatch(session, 0, 60_000)
  session.goAway()
  assert.equal(run(session, watch, 50_000, 1), undefined)
  assert.equal(watch.endsAt(50_000, 0), 51_000)
})

test('a session that is over has one second to end its connection, whatever its streams', () => {
  const session = new SessionDouble()
  const watch = new SessionWatch(session, 0, 60_000)
  session.isOver = true
  assert.equal(run(session, watch, 50_000, 3), 1_000)
})

test('a session that cannot write a PING is aborted [RFC 9113 §5.4.1]', () => {
  const session = new SessionDouble()
  session.answers = false
  const at = run(session, new SessionWatch(session, 0, 60_000), 50_000, 1)
  assert.ok(at !== undefined && at <= 750, String(at))
})
