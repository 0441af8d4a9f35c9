import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameTally } from '../../src/connection/frame-tally.ts'
import { serializeFrame } from '../../src/core/protocol/index.ts'

const counts = () => ({ messages: 0, frames: 0, payloadBytes: 0 })
const frames = [
  { opcode: 1, payload: new Uint8Array(5), maskingKey: 0x0102_0304 },
  { opcode: 2, payload: new Uint8Array(126), fin: false },
  { opcode: 9, payload: new Uint8Array(0), maskingKey: 7 },
  { opcode: 0, payload: new Uint8Array(70_000), maskingKey: 9 },
  { opcode: 10, payload: new Uint8Array(3) },
  { opcode: 10, payload: new Uint8Array(0), maskingKey: 1 },
  { opcode: 1, payload: new Uint8Array(65_535) },
  { opcode: 8, payload: new Uint8Array(2) },
]
const wire = Buffer.concat(frames.map((frame) => serializeFrame(frame)))

test('counts frames, messages, bytes of payload and Pongs, however the bytes are split, for each of its counters [RFC 6455 §5.2]', () => {
  for (const size of [1, 2, 3, 7, 14, 127, 4096, 65_536, wire.length]) {
    const [one, other] = [counts(), counts()]
    const tally = new FrameTally([one, other])
    for (let at = 0; at < wire.length; at += size) tally.push(wire.subarray(at, at + size))
    for (const found of [one, other]) assert.deepEqual(found, { messages: 3, frames: 8, payloadBytes: 135_671 }, `pieces of ${size}`)
    assert.equal(tally.pongs, 2)
  }
})

test('a Pong counts once its payload has arrived', () => {
  const tally = new FrameTally([])
  const pong = serializeFrame({ opcode: 10, payload: new Uint8Array(4) })
  tally.push(pong.subarray(0, 4))
  assert.equal(tally.pongs, 0)
  tally.push(pong.subarray(4))
  assert.equal(tally.pongs, 1)
})
