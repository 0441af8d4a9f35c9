import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roundTimeout } from '../../../../src/cli/doctor/rules/idle.ts'

test('a measured time that is a little longer than a round one is that of a timeout', () => {
  assert.deepEqual(
    [1020, 2100, 30_050, 60_400, 100_900].map(roundTimeout),
    [1, 2, 30, 60, 101].map((one) => (one === 101 ? undefined : one)),
  )
  assert.equal(roundTimeout(100_200), 100)
})

test('other times are not round', () => {
  assert.deepEqual([400, 1500, 17_000, 63_000, 61_000].map(roundTimeout), [undefined, undefined, undefined, undefined, undefined])
})
