import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  countUtf8,
  encodeText,
  headerLengthFor,
  serializeFrame,
  serializeMessage,
  utf8Length,
  writeHeader,
} from '../../../src/core/protocol/frame-serializer.ts'
import { text } from '../platform.ts'
import { hex } from './recorder.ts'

const hello = new Uint8Array(Buffer.from('Hello'))

test('the examples of RFC 6455 section 5.7', () => {
  assert.equal(hex(serializeFrame({ opcode: 1, payload: hello })), '810548656c6c6f')
  assert.equal(hex(serializeFrame({ opcode: 1, payload: hello, maskingKey: 0x37fa213d })), '818537fa213d7f9f4d5158')
  assert.equal(hex(serializeFrame({ opcode: 1, fin: false, payload: hello.subarray(0, 3) })), '010348656c')
  assert.equal(hex(serializeFrame({ opcode: 9, payload: hello })), '890548656c6c6f')
  assert.equal(hex(serializeFrame({ opcode: 2, payload: new Uint8Array(256) }).subarray(0, 4)), '827e0100')
  assert.equal(hex(serializeFrame({ opcode: 2, payload: new Uint8Array(65536) }).subarray(0, 10)), '827f0000000000010000')
})

test('serializeFrame breaks any rule that it is asked to, and leaves the payload as it was', () => {
  const payload = hello.slice()
  const bytes = serializeFrame({ opcode: 3, rsv: 0x70, fin: false, payload, payloadLength: 2n ** 64n - 4n, maskingKey: 0xffffffff })
  assert.equal(hex(bytes), '73fffffffffffffffffcffffffffb79a939390')
  assert.deepEqual(payload, hello)
  assert.equal(hex(serializeFrame({ opcode: 1, payload: hello, lengthOctets: 8 })), '817f000000000000000548656c6c6f')
})

test('the fast header and serializeFrame agree', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.nat(130), fc.nat(70000), fc.maxSafeInteger().map(Math.abs)),
      fc.boolean(),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      (length, masked, key) => {
        const target = new Uint8Array(14)
        const end = writeHeader(target, 0, 0x82, length, masked, key)
        assert.equal(hex(target.subarray(0, end)), hex(serializeFrame({ opcode: 2, payloadLength: length, maskingKey: masked ? key : undefined })))
        assert.equal(end, headerLengthFor(length) + (masked ? 4 : 0))
      },
    ),
  )
})

test('a message for many connections is one server frame', () => {
  assert.equal(hex(serializeMessage('Hello', text)), '810548656c6c6f')
  assert.equal(hex(serializeMessage(hello, text)), '820548656c6c6f')
})

test('UTF-8 is counted as the platform encodes it, lone surrogates as U+FFFD', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(0x7f), fc.integer({ min: 0xd700, max: 0xe0ff }), fc.nat(0xffff)), { maxLength: 40 }), (units) => {
      const string = String.fromCharCode(...units)
      assert.equal(countUtf8(string), Buffer.byteLength(string))
      assert.equal(hex(encodeText(string, text)), Buffer.from(string).toString('hex'))
      const { utf8Length: _, ...bare } = text
      assert.equal(utf8Length(string, bare), utf8Length(string, text))
    }),
  )
})

test('a message of any length and characters is serialized like a frame', () => {
  const sizes = fc.constantFrom(0, 1, 60, 125, 126, 127, 1023, 1024, 65_535, 65_536)
  fc.assert(
    fc.property(sizes, fc.constantFrom('a', '\u00e9', '\u20ac', '\ud83d\ude00', '\ud83d'), fc.boolean(), (size, end, pooled) => {
      const string = 'x'.repeat(size) + end
      const payload = new Uint8Array(Buffer.from(string))
      const buffers = pooled
        ? { acquire: () => assert.fail(), release: () => assert.fail(), allocateOutput: (length: number) => new Uint8Array(length).fill(7) }
        : undefined
      assert.deepEqual(serializeMessage(string, text, buffers), serializeFrame({ opcode: 1, payload }))
      assert.deepEqual(serializeMessage(payload, text, buffers), serializeFrame({ opcode: 2, payload }))
    }),
  )
})
