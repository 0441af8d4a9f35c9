import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { TurnWork } from '../../../../src/runtime/node/zlib/turn-work.ts'

test('is exhausted by the work of one turn of the event loop, and not by the same work in several', async () => {
  const turn = new TurnWork()
  for (let i = 0; i < 20; i++) {
    turn.add(600_000)
    assert.equal(turn.isExhausted, false)
    await setImmediate()
  }
  turn.add(600_000)
  turn.add(600_000)
  assert.equal(turn.isExhausted, true)
  await setImmediate()
  assert.equal(turn.isExhausted, false)
})
