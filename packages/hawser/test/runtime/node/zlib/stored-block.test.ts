import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, inflateRawSync } from 'node:zlib'
import { SlidingWindow } from '../../../../src/runtime/node/zlib/sliding-window.ts'
import { LONGEST_BLOCK, storedBlock, writeStoredBlock } from '../../../../src/runtime/node/zlib/stored-block.ts'

test('writes a window of any size as one stored block, and an empty one as nothing [RFC 1951 §3.2.4]', () => {
  const target = Buffer.alloc(LONGEST_BLOCK)
  for (const size of [0, 1, 300, 32_768, 40_000]) {
    const window = new SlidingWindow(15)
    const content = Buffer.alloc(size, 'content of a window, ')
    window.append(content)
    const block = storedBlock(window)
    assert.deepEqual(inflateRawSync(block, { finishFlush: constants.Z_SYNC_FLUSH }), content.subarray(-32_768))
    assert.equal(writeStoredBlock(window, target), block.length)
    assert.deepEqual(target.subarray(0, block.length), block)
  }
})
