import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ControlFrameLimit } from '../../../src/core/protocol/control-frame-limit.ts'

test('as many control frames as the limit are taken within a second, one more is a violation with 1008', () => {
  const limit = new ControlFrameLimit(2, 100)
  assert.deepEqual([limit.count(100), limit.count(1099)], [undefined, undefined])
  const violation = limit.count(1099)
  assert.equal(violation?.closeCode, 1008)
  assert.match(violation?.message ?? '', /more than 2 Ping and Pong frames/)
})

test('the count starts again after a second', () => {
  const limit = new ControlFrameLimit(1, 0)
  for (const now of [999, 1000, 2000, 60_000]) assert.equal(limit.count(now), undefined, String(now))
  assert.notEqual(limit.count(60_999), undefined)
})
