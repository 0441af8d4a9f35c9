import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHttp2Settings } from '../../../src/server/http2/options.ts'
import type { Http2Options, Http2Settings } from '../../../src/server/http2/options.ts'
import { SessionTraffic } from '../../../src/server/http2/traffic.ts'

const traffic = (options: Http2Options): SessionTraffic => new SessionTraffic(readHttp2Settings(options) as Http2Settings, 0)

test('bytes with a use are content with the head of its frame, heads of requests, and thrice what was sent', () => {
  const session = traffic({ overheadPerSecond: 1_000, sessionWindow: 65_535 })
  let read = 0
  for (let second = 1; second <= 100; second++) {
    session.content(100_000)
    session.head([':path', `/${'x'.repeat(10_000)}`])
    read += 100_009 + 10_015 + 3 * 20_000
    assert.equal(session.check(second * 1_000, read, second * 20_000), false)
  }
})

test('other bytes may be as many in a second as the limit, and at once those of a second and of a session window', () => {
  const session = traffic({ overheadPerSecond: 1_000, sessionWindow: 70_000 })
  assert.equal(session.check(0, 71_000, 0), false)
  assert.equal(session.check(1_000, 72_000, 0), false)
  assert.equal(session.check(2_000, 73_001, 0), true)
})

test('answers that arrive long after what they answer have a use', () => {
  const session = traffic({ overheadPerSecond: 1, sessionWindow: 65_535 })
  assert.equal(session.check(1_000, 0, 20_000), false)
  assert.equal(session.check(10_000, 60_000, 20_000), false)
  assert.equal(session.check(20_000, 200_000, 20_000), true)
})

test('pieces of one byte are tiny, pieces of six are not and make up for one each; a second begins anew', () => {
  const session = traffic({ tinyFramesPerSecond: 3 })
  const tiny = (now: number): boolean => session.content(5) && session.isTiny(now)
  assert.deepEqual([tiny(0), tiny(1), tiny(2), tiny(3)], [false, false, false, true])
  assert.equal(session.content(6), false)
  assert.equal(session.content(6), false)
  assert.deepEqual([tiny(4), tiny(5)], [false, true])
  assert.deepEqual([tiny(1_000), tiny(1_001), tiny(1_002), tiny(1_003)], [false, false, false, true])
})

test('a DATA frame of one byte has one byte of head with a use', () => {
  const session = traffic({ overheadPerSecond: 1_000, sessionWindow: 65_535 })
  for (let i = 0; i < 9_000; i++) session.content(1)
  assert.equal(session.check(0, 90_000, 0), true)
})
