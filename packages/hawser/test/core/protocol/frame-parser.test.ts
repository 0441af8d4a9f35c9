import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FrameHeader } from '../../../src/core/protocol/frame.ts'
import { FrameParser, type FrameRules, HOLD_PAUSED } from '../../../src/core/protocol/frame-parser.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { ScribblingMasker } from '../platform.ts'
import { hex, join, KEY, Recorder, unhex } from './recorder.ts'

/** A parser with the log of its calls; consecutive pieces of a frame are joined. */
class Calls {
  readonly messages: string[] = []
  readonly errors: string[] = []
  readonly parser: FrameParser
  begun = 0
  #pieces = ''
  constructor(rules: Partial<FrameRules>) {
    this.parser = new FrameParser({ masked: true, rsv: 0, maxPayload: 1 << 20, maxWhole: 1 << 20, ...rules }, this, this)
  }
  whole(chunk: Uint8Array, start: number, end: number, isText: boolean, highBits: number): undefined {
    this.#pieces = hex(chunk.subarray(start, end))
    this.#done(isText ? 1 : 2, highBits)
    return undefined
  }
  begin(): undefined {
    this.begun++
  }
  piece(bytes: Uint8Array, start: number, end: number, highBits: number, header: FrameHeader, last: boolean): undefined {
    this.#pieces += hex(bytes.subarray(start, end))
    if (last) this.#done(header.opcode, highBits)
  }
  control(opcode: number, payload: Uint8Array): undefined {
    this.messages.push(`${opcode} ${hex(payload)}`)
  }
  push(chunk: Uint8Array, start: number): void {
    const violation = this.parser.push(chunk, start)
    if (violation !== undefined) this.errors.push(violation.message)
  }
  #done(opcode: number, highBits: number): void {
    // The bit may be set for ASCII where it was not looked at, never unset for anything else.
    if ((highBits & 0x80) === 0) assert.ok(unhex(this.#pieces).every((byte) => byte < 0x80))
    this.messages.push(`${opcode} ${this.#pieces}`)
    this.#pieces = ''
  }
}

test('the fast path for whole messages and the general path agree', () => {
  const frame = fc.record({
    opcode: fc.constantFrom(1, 2),
    payload: fc.uint8Array({ maxLength: 300 }),
    key: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.boolean(), fc.nat(3), (frames, masked, offset) => {
      const bytes = join(frames.map(({ opcode, payload, key }) => serializeFrame({ opcode, payload, maskingKey: masked ? key : undefined })))
      const logs = [1 << 20, -1].map((maxWhole) => {
        const calls = new Calls({ masked, maxWhole })
        const chunk = new Uint8Array(new ArrayBuffer(bytes.length + offset), offset)
        chunk.set(bytes)
        calls.push(chunk, 0)
        assert.deepEqual(calls.errors, [])
        if (maxWhole < 0) assert.equal(calls.begun, frames.length)
        return calls.messages
      })
      assert.deepEqual(logs[0], logs[1])
      assert.deepEqual(
        logs[0],
        frames.map(({ opcode, payload }) => `${opcode} ${hex(payload)}`),
      )
    }),
  )
})

test('a violation fails at the first octet that proves it [RFC 6455 §5.2]', () => {
  for (const [octets, at, message] of [
    ['91', 1, /RSV3 set/],
    ['83', 1, /reserved opcode 0x3/],
    ['09', 1, /FIN unset/],
    ['00', 1, /without a message/],
    ['8105', 2, /not masked/],
    ['89fe', 2, /more than 125/],
    ['81fe007d00000000', 8, /fewest octets/],
    ['82ff800000000000000000000000', 14, /most significant bit/],
    ['82ff002000000000000000000000', 14, /more than 2\^53 bytes is above the limit of 1048576/],
  ] as const) {
    const calls = new Calls({})
    const bytes = unhex(octets)
    for (let i = 0; i < bytes.length; i++) {
      assert.deepEqual(calls.errors, [], `${octets} before ${i}`)
      calls.push(bytes.slice(i, i + 1), 0)
    }
    assert.equal(bytes.length, at)
    assert.match(calls.errors[0] ?? '', message)
  }
})

test('hold stops before the next frame, and position says where', () => {
  const calls = new Calls({})
  const frame = serializeFrame({ opcode: 1, payload: new Uint8Array([0x61]), maskingKey: KEY })
  const chunk = join([frame, frame])
  calls.whole = () => void (calls.parser.hold |= HOLD_PAUSED)
  calls.push(chunk, 0)
  assert.equal(calls.parser.position, frame.length)
})

test('incomplete tells whether a frame or message has begun', () => {
  const calls = new Calls({ masked: false })
  assert.equal(calls.parser.incomplete, false)
  for (const [octets, expected] of [
    ['81', true],
    ['01', true],
    ['61', false],
    ['0100', true],
    ['8900', true],
    ['8000', false],
  ] as const) {
    calls.push(unhex(octets), 0)
    assert.equal(calls.parser.incomplete, expected, octets)
  }
})

test('a masker of the platform changes no message, however frames are split, and delivered messages stay unchanged', () => {
  const frame = fc.record({
    isText: fc.boolean(),
    size: fc.oneof(fc.nat(400), fc.integer({ min: 60_000, max: 70_000 })),
    ascii: fc.boolean(),
    parts: fc.integer({ min: 1, max: 3 }),
  })
  const cases = fc.record({
    frames: fc.array(frame, { minLength: 1, maxLength: 4 }),
    cuts: fc.array(fc.nat(), { maxLength: 4 }),
    textAs: fc.constantFrom('string', 'bytes'),
  })
  fc.assert(
    fc.property(cases, ({ frames, cuts, textAs }) => {
      const wire: Uint8Array[] = []
      const expected: (string | Buffer)[] = []
      for (const [index, { isText, size, ascii, parts }] of frames.entries()) {
        const payload = isText ? Buffer.from((ascii ? 'abc' : 'a\u20ac').repeat(size).slice(0, size)) : Buffer.alloc(size, index + 0x7e)
        for (let part = 0; part < parts; part++) {
          const [from, to] = [part, part + 1].map((n) => Math.floor((n * payload.length) / parts))
          wire.push(
            serializeFrame({
              opcode: part > 0 ? 0 : isText ? 1 : 2,
              fin: part === parts - 1,
              payload: payload.subarray(from, to),
              maskingKey: 0x9abcdef0 + part,
            }),
          )
        }
        expected.push(isText && textAs === 'string' ? payload.toString() : payload)
      }
      const all = join(wire)
      const ends = [...cuts.map((cut) => cut % all.length), all.length].sort((a, b) => a - b)
      for (const masker of [undefined, new ScribblingMasker()]) {
        const server = new Recorder('server', { masker, textAs })
        server.receive(...ends.map((end, i) => all.subarray(ends[i - 1] ?? 0, end)))
        const found = server.messages.map((message) => (typeof message === 'string' ? message : Buffer.from(message)))
        assert.deepEqual(found, expected)
      }
    }),
    { numRuns: 60 },
  )
})
