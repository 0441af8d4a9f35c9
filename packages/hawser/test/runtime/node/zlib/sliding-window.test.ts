import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { SlidingWindow } from '../../../../src/runtime/node/zlib/sliding-window.ts'

test('the history is the end of all that was appended, for every window size and every way to cut it', () => {
  const pieces = fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 200, maxLength: 700 })), { maxLength: 30 })
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 11 }), pieces, (windowBits, appended) => {
      const history = new SlidingWindow(windowBits)
      let all = Buffer.alloc(0)
      for (const piece of appended) {
        history.append(piece)
        all = Buffer.concat([all, piece])
        const expected = all.subarray(-(2 ** windowBits))
        const target = Buffer.alloc(expected.length + 3)
        assert.equal(history.copyTo(target, 3), target.length)
        assert.deepEqual(target.subarray(3), expected)
        assert.ok(history.heldBytes <= 2 ** windowBits)
      }
      history.release()
      assert.equal(history.length + history.heldBytes, 0)
    }),
  )
})

test('the history grows with what it holds', () => {
  const history = new SlidingWindow(15)
  assert.equal(history.heldBytes, 0)
  history.append(Buffer.alloc(300))
  assert.equal(history.heldBytes, 512)
})
