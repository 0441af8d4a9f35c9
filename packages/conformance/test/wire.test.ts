import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayGoOnWire, parseFrame, serializeFrame } from '../src/wire.ts'

const hello = Buffer.from('Hello')

test('the frames of RFC 6455 section 5.7 are written and read', () => {
  const unmasked = serializeFrame({ fin: true, rsv: 0, opcode: 1, maskingKey: undefined, payload: hello })
  assert.equal(Buffer.from(unmasked).toString('hex'), '810548656c6c6f')
  const masked = serializeFrame({ fin: true, rsv: 0, opcode: 1, maskingKey: Buffer.from('37fa213d', 'hex'), payload: hello })
  assert.equal(Buffer.from(masked).toString('hex'), '818537fa213d7f9f4d5158')
  const read = parseFrame(masked)
  assert.ok(typeof read === 'object')
  assert.deepEqual([read.masked, Buffer.from(read.payload).toString(), read.byteLength, read.minimal], [true, 'Hello', 11, true])
})

test('every length is read back, and a frame that is not whole yet is undefined', () => {
  for (const size of [0, 125, 126, 65535, 65536]) {
    const bytes = serializeFrame({ fin: false, rsv: 5, opcode: 2, maskingKey: undefined, payload: Buffer.alloc(size, 7) })
    const read = parseFrame(bytes)
    assert.ok(typeof read === 'object')
    assert.deepEqual([read.payload.length, read.fin, read.rsv, read.minimal], [size, false, 5, true])
    assert.equal(parseFrame(bytes.subarray(0, bytes.length - 1)), undefined)
  }
})

test('1004, 1005, 1006 and 1015 never go on the wire (RFC 6455 section 7.4)', () => {
  assert.deepEqual([1000, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 2999, 3000, 4999, 5000].filter(mayGoOnWire), [1000, 1003, 1007, 1014, 3000, 4999])
})
