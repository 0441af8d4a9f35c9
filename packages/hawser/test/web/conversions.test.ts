import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runInNewContext } from 'node:vm'
import {
  copyBufferSource,
  isIterable,
  toClampedUnsignedShort,
  toDOMString,
  toStringOrSequence,
  toUnsignedShort,
  toUSVString,
} from '../../src/web/conversions.ts'

const symbol = Symbol('s')

test('a string is made of everything but a symbol [Web IDL section 3.2.10]', () => {
  assert.deepEqual([null, undefined, 1, { toString: () => 'x' }].map(toDOMString), ['null', 'undefined', '1', 'x'])
  assert.throws(() => toDOMString(symbol), TypeError)
  assert.equal(toUSVString('a\ud800b\ud83d\ude00\udc00'), 'a\ufffdb\u{1f600}\ufffd')
})

test('numbers are clamped and rounded half to even, or taken modulo 65536 [Web IDL section 3.2.4]', () => {
  const clamped = ([-1, 0.5, 1.5, 2.5, 999.6, 65_536, Number.NaN, '3000', null] as unknown[]).map(toClampedUnsignedShort)
  assert.deepEqual(clamped, [0, 0, 2, 2, 1000, 65_535, 0, 3000, 0])
  const modulo = ([-1, -0.9, 1.9, 65_536 + 7, Number.NaN, Number.POSITIVE_INFINITY, '3000'] as unknown[]).map(toUnsignedShort)
  assert.deepEqual(modulo, [65_535, 0, 1, 7, 0, 0, 3000])
  for (const convert of [toClampedUnsignedShort, toUnsignedShort]) for (const value of [symbol, 1n]) assert.throws(() => convert(value), TypeError)
})

test('an object with an iterator is a sequence, and everything else a string [Web IDL section 3.2.24]', () => {
  assert.deepEqual(toStringOrSequence(new Set(['a', 1])), ['a', '1'])
  assert.deepEqual(toStringOrSequence(new String('ab')), ['a', 'b'])
  assert.equal(toStringOrSequence('ab'), 'ab')
  assert.equal(toStringOrSequence(null), 'null')
  assert.equal(toStringOrSequence({ [Symbol.iterator]: null, toString: () => 'x' }), 'x')
  assert.equal(isIterable({ length: 1 }), false)
  assert.throws(() => toStringOrSequence([symbol]), TypeError)
  assert.throws(() => toStringOrSequence({ [Symbol.iterator]: 1 }), TypeError)
})

test('bytes are copied from buffers and views of every realm [Web IDL section 3.2.26]', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  const copy = copyBufferSource(bytes.subarray(1, 3))
  bytes.fill(0)
  assert.deepEqual(copy, Uint8Array.of(2, 3))
  assert.deepEqual(copyBufferSource(runInNewContext('new Uint8Array([5, 6]).buffer')), Uint8Array.of(5, 6))
  assert.deepEqual(copyBufferSource(runInNewContext('new DataView(new Uint8Array([5, 6]).buffer, 1)')), Uint8Array.of(6))
})

test('an object that only looks like a buffer is none', () => {
  for (const value of [{ [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 1 }, Object.create(ArrayBuffer.prototype), null, 'x', 7]) {
    assert.equal(copyBufferSource(value), undefined)
  }
})

test('a detached buffer has no bytes, nor has a view of one', () => {
  const views = [new Uint8Array(2), new DataView(new ArrayBuffer(2))]
  for (const view of views) {
    structuredClone(null, { transfer: [view.buffer] })
    assert.deepEqual(copyBufferSource(view), new Uint8Array(0))
    assert.deepEqual(copyBufferSource(view.buffer), new Uint8Array(0))
  }
})

test('a resizable buffer and shared memory are a TypeError, in a view too', () => {
  const resizable = new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer)(1, { maxByteLength: 2 })
  for (const buffer of [resizable, new SharedArrayBuffer(1)]) {
    for (const value of [buffer, new Uint8Array(buffer), new DataView(buffer)]) {
      assert.throws(() => copyBufferSource(value), { name: 'TypeError', message: /not allowed/ })
    }
  }
})
