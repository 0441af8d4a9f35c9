import assert from 'node:assert/strict'
import { test } from 'node:test'
import { casesOf, caughtBy, inScope, keyOf, mutantsOf, runCorrect } from './doubles/bench.ts'
import type { Mutant } from './doubles/mutant.ts'
import { seededOrder } from './doubles/order.ts'
import type { CaseResult } from '../src/result.ts'
import { readWitnesses } from './doubles/witnesses.ts'

const witnesses = readWitnesses()

/** These have a double of their own, or look at more than their area says. */
const noticesOthers = /^(?:volume|http2\/[^/]+$|timeouts|(?:http2\/)?limits|robustness|(?:http2\/)?utf8\/fail-fast|request\/key-new)/

/** Hundreds of megabytes: scripts/witnesses.ts tries these, the tests try the others. */
const heavy = /^volume\/.*(?:131072|16777216|32768|65536-of-256)/

/** Switches at a time: most of the time goes into waiting for what a wrong double does not do. */
const together = 16

const isWrong = ({ verdict }: CaseResult): boolean => verdict !== 'pass' && verdict !== 'info'

for (const end of ['server', 'client'] as const) {
  const all = casesOf(end).map(({ id }) => id)
  const ids = all.filter((id) => !heavy.test(id))
  const correct = runCorrect(end, ids)

  test(`the correct ${end} double passes every case for a ${end}`, async () => {
    const results = await correct
    const wrong = [...results.values()].filter(isWrong)
    assert.deepEqual(
      wrong.map(({ id, verdict, outcome }) => `${verdict} ${id}: ${outcome}`),
      [],
    )
    assert.equal(results.size, ids.length)
  })

  test(`every case for a ${end} is failed by a switch of the double`, () => {
    const missing = all.filter((id) => witnesses[end].cases[id] === undefined)
    assert.deepEqual(missing, [], 'a case that no mutant fails is not a case: run scripts/witnesses.ts')
    const gone = Object.keys(witnesses[end].cases).filter((id) => !all.includes(id))
    assert.deepEqual(gone, [], 'the table names cases that there are no more')
  })

  test(`every switch of the ${end} double is noticed by a case`, () => {
    const silent = mutantsOf(end).filter((mutant) => (witnesses[end].mutants[keyOf(mutant)]?.caught ?? 0) === 0)
    assert.deepEqual(silent.map(keyOf), [])
  })

  test(`a switch of the ${end} double fails its witnesses, and no case outside its scope`, async () => {
    const right = await correct
    const problems: string[] = []
    const check = async (mutant: Mutant): Promise<void> => {
      const catches = (witnesses[end].mutants[keyOf(mutant)]?.catches ?? []).filter((id) => !heavy.test(id))
      const scope = new Set(inScope(end, mutant))
      const outside =
        mutant.isolated === true || mutant.double !== undefined
          ? []
          : seededOrder(
              ids.filter((id) => !scope.has(id) && !noticesOthers.test(id)),
              mutant.name,
            ).slice(0, 4)
      const caught = new Set(await caughtBy(end, mutant, [...catches, ...outside], right))
      const unexpected = [...catches.filter((id) => !caught.has(id)), ...outside.filter((id) => caught.has(id))]
      if (unexpected.length === 0) return
      // Once more, by themselves: a loaded machine is slower than the bounds of the doubles.
      const again = new Set(await caughtBy(end, mutant, unexpected, right))
      for (const id of unexpected) {
        if (catches.includes(id) && !again.has(id)) problems.push(`${id} does not notice ${keyOf(mutant)}`)
        if (!catches.includes(id) && again.has(id)) problems.push(`${id} fails for ${keyOf(mutant)}, which is none of its business`)
      }
    }
    const waiting = [...mutantsOf(end)]
    const worker = async (): Promise<void> => {
      for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) await check(mutant)
    }
    await Promise.all(Array.from({ length: together }, worker))
    assert.deepEqual(problems, [])
  })
}
