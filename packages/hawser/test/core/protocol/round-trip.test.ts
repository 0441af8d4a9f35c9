import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoundTrip } from '../../../src/core/protocol/round-trip.ts'
import { createTestPlatform } from '../../../src/testing/index.ts'

const { random } = createTestPlatform(1)

test('the Pong of the latest Ping measures the round trip once; others measure nothing [RFC 6455 §5.5.3]', () => {
  const roundTrip = new RoundTrip()
  assert.equal(roundTrip.ms, undefined)
  const lost = roundTrip.ping(random, 10)
  const payload = roundTrip.ping(random, 100)
  for (const wrong of [lost, new Uint8Array(0), new Uint8Array([...payload, 0]), payload.subarray(1)]) roundTrip.pong(wrong, 105)
  assert.equal(roundTrip.ms, undefined)
  roundTrip.pong(payload.slice(), 107)
  roundTrip.pong(payload.slice(), 500)
  assert.equal(roundTrip.ms, 7)
})

test('each Ping has another payload, so that no unsolicited Pong is taken for its answer', () => {
  const roundTrip = new RoundTrip()
  const payloads = new Set(Array.from({ length: 100 }, (_, i) => roundTrip.ping(random, i).join()))
  assert.equal(payloads.size, 100)
})
