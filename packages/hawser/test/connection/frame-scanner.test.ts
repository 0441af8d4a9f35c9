import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FrameScanner } from '../../src/connection/frame-scanner.ts'
import type { ScannedFrame } from '../../src/connection/frame-scanner.ts'
import { serializeFrame } from '../../src/core/protocol/index.ts'

const bytes = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => index * 7)

interface Sent {
  readonly opcode: number
  readonly payload: Uint8Array
  readonly fin?: boolean
  readonly rsv?: number
  readonly maskingKey?: number
}

const frames: readonly Sent[] = [
  { opcode: 1, payload: Buffer.from('hello'), maskingKey: 0x0102_0304 },
  { opcode: 2, payload: bytes(126), fin: false },
  { opcode: 9, payload: bytes(0), maskingKey: 0xffff_0000 | 0 },
  { opcode: 0, payload: bytes(70_000), maskingKey: 0x0908_0706 },
  { opcode: 1, payload: bytes(65_535), rsv: 0x40 },
  { opcode: 8, payload: Buffer.from([3, 232]) },
]
const wire = Buffer.concat(frames.map((frame) => serializeFrame(frame)))

function scan(chunks: readonly Uint8Array[], sampleBytes = 1 << 20): ScannedFrame[] {
  const found: ScannedFrame[] = []
  const scanner = new FrameScanner('received', sampleBytes, (frame) => found.push(frame))
  for (const chunk of chunks) scanner.push(chunk, 5)
  return found
}

function split(size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(wire.length / size) }, (_, index) => wire.subarray(index * size, (index + 1) * size))
}

test('finds every frame with its header and its unmasked payload, however the bytes are split, and changes none [RFC 6455 §5.2]', () => {
  const before = Buffer.from(wire)
  for (const size of [1, 2, 3, 7, 127, 4096, 65_536, wire.length]) {
    const found = scan(split(size))
    assert.equal(found.length, frames.length, `pieces of ${size}`)
    for (const [index, { opcode, payload, fin = true, rsv = 0, maskingKey }] of frames.entries()) {
      const frame = found[index] as ScannedFrame
      assert.deepEqual([frame.opcode, frame.fin, frame.rsv1, frame.rsv2, frame.rsv3], [opcode, fin, rsv === 0x40, false, false])
      assert.deepEqual([frame.payloadLength, frame.time, frame.direction], [payload.length, 5, 'received'])
      assert.ok(Buffer.from(frame.payload).equals(payload), `payload ${index} in pieces of ${size}`)
      assert.equal(frame.maskingKey === undefined ? undefined : Buffer.from(frame.maskingKey).readInt32BE(), maskingKey)
    }
  }
  assert.ok(wire.equals(before))
})

test('keeps no more of a payload than it is asked to, and reports the frame as soon as that has come', () => {
  const [head] = split(70)
  const found = scan([head as Uint8Array], 10)
  assert.deepEqual(
    found.map(({ payload, payloadLength }) => [payload.length, payloadLength]),
    [
      [5, 5],
      [10, 126],
    ],
  )
  assert.deepEqual(
    scan(split(1000), 0).map(({ payload }) => payload.length),
    frames.map(() => 0),
  )
})

test('an announced payload takes no memory before it comes', () => {
  let found: ScannedFrame | undefined
  const scanner = new FrameScanner('sent', 2 ** 30, (frame) => {
    found = frame
  })
  const before = process.memoryUsage().arrayBuffers
  for (let index = 0; index < 100; index++) new FrameScanner('sent', 2 ** 30, () => {}).push(Buffer.from([0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0]), 0)
  assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000)
  scanner.push(Buffer.from([0x82, 127, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2]), 0)
  assert.equal(found, undefined)
  scanner.end(9)
  const { payloadLength, payload, time } = found as unknown as ScannedFrame
  assert.deepEqual([payloadLength, payload.length, time], [2 ** 30, 2, 9])
})

test('bytes that are no frames are read as the headers that they look like, without an end to it', () => {
  const garbage = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50))
  const found = scan([garbage])
  assert.ok(found.length > 0)
  assert.deepEqual([found[0]?.opcode, found[0]?.fin, found[0]?.rsv1], [7, false, true])
  const huge = scan([Buffer.from([0xff, 0xff, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4, 9])], 1)
  assert.deepEqual([huge[0]?.payloadLength, huge[0]?.opcode, [...(huge[0]?.payload ?? [])]], [2 ** 64, 15, [8]])
})
