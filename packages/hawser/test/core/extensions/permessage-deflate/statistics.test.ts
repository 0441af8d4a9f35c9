import assert from 'node:assert/strict'
import test from 'node:test'
import { DeflateTraffic } from '../../../../src/core/extensions/permessage-deflate/statistics.ts'

test('the ratio is of all bytes, compressed or not, and 1 before the first', () => {
  const traffic = new DeflateTraffic()
  assert.equal(traffic.ratio, 1)
  traffic.addPlain(100, true)
  traffic.addCompressed(500, 60, false)
  assert.equal(traffic.messages, 1)
  traffic.addCompressed(400, 40, true)
  assert.deepEqual({ ...traffic, ratio: traffic.ratio }, { messages: 2, compressedMessages: 1, rawBytes: 1000, wireBytes: 200, ratio: 5 })
})
