import assert from 'node:assert/strict'
import test from 'node:test'
import { handlesWork, ZlibHandle, zlibWindowBits } from '../../../../src/runtime/node/zlib/handle.ts'

test('the handle works on this runtime at every level, and the trial leaves none open', () => {
  for (const level of [1, 6, 9]) for (const memLevel of [1, 5, 9]) assert.equal(handlesWork({ level, memLevel }), true)
})

test('zlib is never asked for a window of 2^8 to compress with', () => {
  assert.deepEqual([8, 9, 15].map(zlibWindowBits), [9, 9, 15])
})

test('a write that fills its output reports the remaining input, and an error stays until reset', () => {
  const handle = ZlibHandle.inflate(15)
  const stored = Buffer.from([0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
  const out = Buffer.alloc(8)
  handle.write(stored, 0, stored.length, out, 0, 3)
  assert.deepEqual([handle.inputLeft, handle.outputLeft, out.toString('latin1', 0, 3)], [2, 0, 'Hel'])
  handle.write(stored, 8, 2, out, 3, 5)
  assert.deepEqual([handle.inputLeft, handle.outputLeft, out.toString('latin1', 0, 5)], [0, 3, 'Hello'])
  handle.write(Buffer.of(0xff), 0, 1, out, 0, 8)
  assert.match(handle.error?.message ?? '', /invalid block type/)
  handle.reset()
  assert.equal(handle.error, undefined)
  handle.write(stored, 0, stored.length, out, 0, 8)
  assert.equal(handle.outputLeft, 3)
  handle.close()
})

test('a closed handle throws where the native code would end the process', () => {
  const handle = ZlibHandle.inflate(15)
  handle.close()
  assert.throws(() => handle.write(Buffer.of(0), 0, 1, Buffer.alloc(8), 0, 8), /closed/)
  assert.throws(() => handle.reset(), /closed/)
})
