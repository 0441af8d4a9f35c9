import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDouble } from './doubles/bench.ts'
import { missedPeers } from './doubles/missed.ts'

test('there are at least 22 wrong peers that an earlier edition passed', () => {
  assert.ok(missedPeers.length >= 22)
})

for (const { what, ends, switches, caughtBy, shownIn = [caughtBy], warns = false } of missedPeers) {
  for (const end of ends) {
    test(`${caughtBy} ${warns ? 'warns of' : 'fails'} a ${end} that ${switches.join(' and ')} makes wrong: ${what}`, async () => {
      const wrong = await runDouble(end, switches, shownIn)
      assert.equal(wrong.get(caughtBy)?.verdict, warns ? 'warn' : 'fail', JSON.stringify([...wrong.values()].map(({ id, outcome }) => [id, outcome])))
      const right = await runDouble(end, [], shownIn)
      assert.equal(right.get(caughtBy)?.verdict ?? 'pass', 'pass')
    })
  }
}
