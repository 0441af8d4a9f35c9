import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RSV1, RSV2 } from '../../../src/core/protocol/extension.ts'
import { frameRules } from '../../../src/core/protocol/connection-options.ts'
import { LIMITS } from './recorder.ts'
import { xor } from './test-extensions.ts'

test('a server takes masked frames and a client unmasked ones [§5.1]', () => {
  assert.equal(frameRules({ role: 'server', limits: LIMITS, extensions: [] }).masked, true)
  assert.equal(frameRules({ role: 'client', limits: LIMITS, extensions: [] }).masked, false)
})

test('whole messages are within both limits, and extensions see every frame and own their RSV bits [§9]', () => {
  assert.equal(frameRules({ role: 'server', limits: { ...LIMITS, message: 10 }, extensions: [] }).maxWhole, 10)
  const { maxWhole, rsv } = frameRules({ role: 'server', limits: LIMITS, extensions: [xor(1, RSV1), xor(2, RSV2)] })
  assert.deepEqual([maxWhole, rsv], [-1, RSV1 | RSV2])
})
