import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { readHandshakeLimits } from '../../../src/connection/limits.ts'
import { PooledSession } from '../../../src/client/http2/pooled-session.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { SessionDouble } from '../../peers/session-double.ts'

function pooled() {
  const clock = new ManualClock()
  const session = new SessionDouble()
  let gone = 0
  const pool = new PooledSession(session, createRuntime(createTestPlatform(1), clock), () => void gone++)
  const exchange = () =>
    pool.exchange({ fields: [], limits: readHandshakeLimits(), signal: new AbortController().signal, switched: (head) => head.status })
  return { clock, session, pool, exchange, gone: () => gone }
}

test('a session without a stream gets GOAWAY after ten seconds, and its connection a second', async () => {
  const { clock, session } = pooled()
  await clock.advance(9_900)
  assert.deepEqual(session.asked, ['unref', 'PING'])
  await clock.advance(300)
  assert.deepEqual(session.asked.slice(2), ['GOAWAY'])
  await clock.advance(1_100)
  assert.deepEqual(session.asked.slice(2), ['GOAWAY', 'abort'])
})

test('a session with a stream keeps the process alive, and is not idle; with its last stream it is again', async () => {
  const { clock, session, exchange } = pooled()
  const result = exchange()
  session.streams[0]?.respond(200, [':status', '200'])
  assert.deepEqual(await result, { kind: 'switched', value: 200 })
  await clock.advance(30_000)
  assert.deepEqual(session.asked, ['unref', 'ref', 'request 0', 'PING'])
  session.streams[0]?.close()
  await clock.advance(10_500)
  assert.deepEqual(session.asked.slice(4), ['unref', 'GOAWAY'])
})

test('a session has room for as many streams as the server allows [RFC 9113 §5.1.2]', () => {
  const { session, pool, exchange } = pooled()
  session.maxConcurrentStreams = 2
  assert.ok(pool.hasRoom)
  void exchange()
  void exchange()
  assert.equal(pool.hasRoom, false)
})

test('a session that is closing or over takes no streams, and its owner is called once it is gone', async () => {
  const { clock, session, pool, gone } = pooled()
  session.isClosing = true
  assert.deepEqual([pool.hasRoom, pool.isOver, gone()], [false, true, 0])
  session.close()
  assert.equal(gone(), 1)
  await clock.advance(60_000)
  assert.ok(!session.asked.includes('abort'))
})
