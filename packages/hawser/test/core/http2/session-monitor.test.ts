import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHECK_INTERVAL_MS, SessionMonitor } from '../../../src/core/http2/session-monitor.ts'
import type { SessionVerdict } from '../../../src/core/http2/session-monitor.ts'

const pingBytes = 17

/** A session whose counters a test moves by hand, and the monitor that is told of them. */
class Session {
  now = 1_000
  read = 24
  written = 100
  hasStreams = true
  readonly monitor = new SessionMonitor(this.now, 60_000)

  check(): SessionVerdict {
    this.now += CHECK_INTERVAL_MS
    return this.monitor.check(this.now, this.read, this.written, this.hasStreams)
  }

  /** Checks until something is to be done, for at most `ms`. */
  until(ms: number): [SessionVerdict, number] {
    const start = this.now
    for (;;) {
      const verdict = this.check()
      if (verdict !== 'working' || this.now - start >= ms) return [verdict, this.now - start]
    }
  }

  /** The PING leaves and is answered. */
  answer(): void {
    this.written += pingBytes
    this.read += pingBytes
    this.monitor.acknowledged(this.read)
  }

  /** Up to here everything is known to work. */
  static working(): Session {
    const session = new Session()
    assert.equal(session.until(10_000)[0], 'ping')
    session.answer()
    return session
  }
}

test('a session is asked once after something was read and nothing written, and then left alone', () => {
  const session = Session.working()
  assert.deepEqual(session.until(50_000), ['working', 50_000])
})

test('a session that writes as often as it reads is never asked', () => {
  const session = Session.working()
  for (let i = 0; i < 1_000; i++) {
    session.read += 20
    session.written += 20
    assert.equal(session.check(), 'working')
  }
})

test('a PING that is never written shows a connection error, within three checks [RFC 9113 §5.4.1]', () => {
  const session = Session.working()
  session.read += 12
  session.written += 17 // GOAWAY
  assert.deepEqual([session.check(), session.check(), session.check()], ['working', 'ping', 'terminated'])
})

test('a peer that keeps sending after the connection error does not delay detection', () => {
  const session = Session.working()
  session.read += 12
  session.written += 17
  const verdicts = Array.from({ length: 3 }, () => {
    session.read += 1_000
    return session.check()
  })
  assert.deepEqual(verdicts, ['working', 'ping', 'terminated'])
})

test('a peer that has stopped reading is not reported as a connection error while its output is blocked', () => {
  const session = Session.working()
  session.written += 1_000_000
  session.check()
  session.read += 40
  assert.equal(session.until(1_000)[0], 'ping')
  assert.deepEqual(session.until(50_000), ['working', 50_000])
  session.written += 500_000
  assert.equal(session.check(), 'working')
})

test('a peer that takes nothing and sends nothing is given up after silentMs', () => {
  const session = Session.working()
  session.written += 1_000_000
  session.check()
  session.read += 40
  assert.equal(session.until(1_000)[0], 'ping')
  assert.deepEqual(session.until(100_000), ['terminated', 60_000])
})

test('a silent peer with an open stream is asked after silentMs, and given up when it has not answered for as long again', () => {
  const session = Session.working()
  session.check()
  const [asked, after] = session.until(100_000)
  assert.equal(asked, 'ping')
  assert.ok(after >= 59_000 && after <= 60_500, String(after))
  session.written += pingBytes
  const [verdict, then] = session.until(100_000)
  assert.equal(verdict, 'silent')
  assert.ok(then >= 60_000 && then <= 60_500, String(then))
})

test('a silent peer that answers its PING is asked again and again, and never given up', () => {
  const session = Session.working()
  for (let i = 0; i < 20; i++) {
    assert.equal(session.until(100_000)[0], 'ping')
    session.answer()
  }
})

test('a session without a stream gets no PING', () => {
  const session = Session.working()
  session.hasStreams = false
  assert.deepEqual(session.until(500_000), ['working', 500_000])
})

test('a peer that sends but answers no PING is given up in the end', () => {
  const session = Session.working()
  let pings = 0
  for (let i = 0; i < 2_000; i++) {
    session.read += 9
    const verdict = session.check()
    if (verdict === 'ping') {
      pings++
      session.written += pingBytes
    } else if (verdict === 'silent') {
      assert.equal(pings, 8)
      return
    }
  }
  assert.fail(`never given up; ${pings} PINGs`)
})

test('time during which the process stood still does not count against the peer', () => {
  const session = Session.working()
  assert.equal(session.until(100_000)[0], 'ping')
  session.written += pingBytes
  session.check()
  session.now += 3_600_000
  assert.equal(session.check(), 'working')
  session.read += pingBytes
  session.monitor.acknowledged(session.read)
  assert.equal(session.check(), 'working')
})

test('a runtime without a count of written bytes is not monitored', () => {
  const session = new Session()
  session.written = 0
  for (let i = 0; i < 1_000; i++) {
    session.read += 10
    assert.equal(session.check(), 'working')
  }
})
