import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObservedFrame } from '../../src/index.ts'
import { FrameLog } from '../../src/inspect/frame-log.ts'
import { defaultLimits } from '../../src/inspect/limits.ts'

const frame = (over: Partial<ObservedFrame> = {}): ObservedFrame => ({
  direction: 'received',
  time: 0,
  opcode: 1,
  fin: true,
  rsv1: false,
  rsv2: false,
  rsv3: false,
  maskingKey: undefined,
  payloadLength: over.payload?.length ?? 0,
  payload: new Uint8Array(),
  skipped: 0,
  ...over,
})

test('frames of a message have its number and its opcode, control frames between them have none', () => {
  const log = new FrameLog(defaultLimits)
  log.add(frame({ opcode: 2, fin: false }), 0, undefined)
  log.add(frame({ opcode: 9 }), 0, undefined)
  log.add(frame({ opcode: 0 }), 0, undefined)
  log.add(frame({ direction: 'sent' }), 0, undefined)
  log.add(frame(), 0, undefined)
  assert.deepEqual(
    log.since(0).map(({ message, messageOpcode }) => [message, messageOpcode]),
    [
      [1, 2],
      [null, null],
      [1, 2],
      [1, 1],
      [2, 1],
    ],
  )
})

test('beyond framesPerSecond, frames are counted and not kept, but Pings and the Close frame are', () => {
  const log = new FrameLog({ ...defaultLimits, framesPerSecond: 10 })
  for (let index = 0; index < 1000; index++) log.add(frame(), 5, undefined)
  log.add(frame({ opcode: 9 }), 5, undefined)
  log.add(frame({ opcode: 9 }), 5, undefined)
  log.add(frame({ opcode: 8 }), 5, undefined)
  log.add(frame({ skipped: 7 }), 1005, undefined)
  assert.deepEqual(
    log.since(8).map(({ opcode, skipped, message }) => [opcode, skipped, message]),
    [
      [1, 0, 9],
      [1, 0, 10],
      [9, 990, null],
      [8, 1, null],
      [1, 7, 1001],
    ],
  )
  assert.equal(log.skipped, 998)
})

test('keeps so many frames, and so many bytes, and answers from a number on', () => {
  const log = new FrameLog({ ...defaultLimits, frames: 5, payload: 10, payloads: 30 })
  for (let index = 0; index < 12; index++) log.add(frame(), index * 1000, undefined)
  assert.deepEqual([log.firstFrame, log.nextFrame, log.since(0).length, log.since(10).map(({ number }) => number)], [7, 12, 5, [10, 11]])
  for (let index = 0; index < 4; index++) log.add(frame({ payload: new Uint8Array(100) }), 20_000, undefined)
  assert.deepEqual(
    log.since(0).map(({ payload, length }) => [Buffer.from(payload, 'base64').length, length]),
    [
      [10, 100],
      [10, 100],
    ],
  )
  assert.deepEqual(log.since(99), [])
})
