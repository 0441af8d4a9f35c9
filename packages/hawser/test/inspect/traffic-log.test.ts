import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObservedFrame } from '../../src/index.ts'
import { TrafficLog } from '../../src/inspect/traffic-log.ts'

const frame = (direction: 'sent' | 'received', opcode: number, payload = '', payloadLength = payload.length): ObservedFrame =>
  ({ direction, opcode, payload: Buffer.from(payload), payloadLength }) as unknown as ObservedFrame

test('counts frames and bytes of each second, and the most that waited', () => {
  let buffered = 5
  const log = new TrafficLog(() => buffered)
  log.frame(frame('sent', 1, '', 10), 1200)
  log.frame(frame('received', 1, '', 1), 1900)
  log.buffered(400, 1950)
  log.buffered(0, 1960)
  buffered = 7
  log.frame(frame('sent', 0, '', 3), 5000)
  assert.deepEqual(log.report().seconds, [
    { time: 1000, sentFrames: 1, sentBytes: 10, receivedFrames: 1, receivedBytes: 1, buffered: 400 },
    { time: 5000, sentFrames: 1, sentBytes: 3, receivedFrames: 0, receivedBytes: 0, buffered: 7 },
  ])
  assert.deepEqual(log.totals('sent', 1), { frames: 2, bytes: 13, messages: 1 })
  for (let second = 6; second < 500; second++) log.frame(frame('sent', 1), second * 1000)
  assert.equal(log.report().seconds.length, 120)
})

test('a round trip lasts from a Ping of this end to the Pong with its payload, which may answer earlier ones too [RFC 6455 §5.5.3]', () => {
  const log = new TrafficLog(() => 0)
  log.frame(frame('sent', 9, 'a'), 0)
  log.frame(frame('sent', 9, 'b'), 10)
  log.frame(frame('received', 10, 'unsolicited'), 11)
  log.frame(frame('received', 10, 'b'), 14)
  log.frame(frame('received', 10, 'a'), 15)
  log.frame(frame('received', 9, 'c'), 16)
  log.frame(frame('sent', 10, 'c'), 17)
  assert.deepEqual(log.report().roundTrips, [{ time: 14, ms: 4 }])
})
