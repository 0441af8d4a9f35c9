import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Settlement } from '../../src/connection/settlement.ts'

test('a settlement is resolved from outside, once', async () => {
  const settlement = new Settlement<number>()
  settlement.resolve(1)
  settlement.resolve(2)
  assert.equal(await settlement.promise, 1)
})
