import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { headerLengthOf, parseFrameHeader } from '../../../src/core/protocol/frame.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { unhex } from './recorder.ts'

test('every header that can be written is read back [RFC 6455 §5.2]', () => {
  const fields = fc.record({
    fin: fc.boolean(),
    rsv: fc.constantFrom(0, 0x40, 0x20, 0x10, 0x70),
    opcode: fc.nat(15),
    payloadLength: fc.oneof(fc.nat(70000), fc.maxSafeInteger().map(Math.abs)),
    maskingKey: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fields, (frame) => {
      const bytes = serializeFrame(frame)
      const header = parseFrameHeader(bytes)!
      assert.deepEqual(
        {
          fin: header.fin,
          rsv: header.rsv,
          opcode: header.opcode,
          payloadLength: header.payloadLength,
          maskingKey: header.masked ? header.maskingKey : undefined,
        },
        { ...frame },
      )
      assert.equal(header.headerLength, bytes.length)
      assert.equal(headerLengthOf(bytes[1]!), bytes.length)
      assert.equal(header.minimalLength, true)
      for (let end = 0; end < bytes.length; end++) assert.equal(parseFrameHeader(bytes, 0, end), undefined)
    }),
  )
})

test('no length loses precision: 2^53 - 1 is exact, above it is Infinity [CVE-2026-1528]', () => {
  assert.equal(parseFrameHeader(unhex('827f001fffffffffffff'))!.payloadLength, Number.MAX_SAFE_INTEGER)
  for (const [length, topBit] of [
    ['0020000000000000', false],
    ['7fffffffffffffff', false],
    ['8000000000000000', true],
    ['ffffffffffffffff', true],
  ] as const) {
    const header = parseFrameHeader(unhex(`827f${length}`))!
    assert.equal(header.payloadLength, Infinity)
    assert.equal(header.lengthTopBit, topBit)
  }
})

test('a length in too many octets is marked [RFC 6455 §5.2]', () => {
  for (const [payloadLength, lengthOctets, minimal] of [
    [125, 2, false],
    [126, 2, true],
    [65535, 8, false],
    [65536, 8, true],
  ] as const) {
    assert.equal(parseFrameHeader(serializeFrame({ opcode: 2, payloadLength, lengthOctets }))!.minimalLength, minimal)
  }
})
