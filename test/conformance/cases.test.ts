import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { selectCases } from '../../src/conformance/select.ts'
import { casesOf, caughtBy, keyOf, mutantsOf, runDouble } from './doubles/bench.ts'
import { seededOrder } from './doubles/order.ts'
import type { Witnesses } from './doubles/table.ts'
import type { End } from '../../src/conformance/case.ts'

const witnesses = JSON.parse(readFileSync(new URL('doubles/witnesses.json', import.meta.url), 'utf8')) as Record<End, Witnesses>

for (const end of ['server', 'client'] as const) {
  const ids = casesOf(end).map(({ id }) => id)

  test(`the correct ${end} double passes every case for a ${end}`, async () => {
    const results = await runDouble(end, [], ids)
    const wrong = [...results.values()].filter(({ verdict }) => verdict !== 'pass' && verdict !== 'info')
    assert.deepEqual(
      wrong.map(({ id, verdict, outcome }) => `${verdict} ${id}: ${outcome}`),
      [],
    )
    assert.equal(results.size, ids.length)
  })

  test(`every case for a ${end} is failed by a switch of the double`, () => {
    const missing = ids.filter((id) => witnesses[end].cases[id] === undefined)
    assert.deepEqual(missing, [], 'a case that no mutant fails is not a case: run test/conformance/doubles/table.ts')
    const gone = Object.keys(witnesses[end].cases).filter((id) => !ids.includes(id))
    assert.deepEqual(gone, [], 'the table names cases that there are no more')
  })

  test(`every switch of the ${end} double is noticed by a case`, () => {
    const silent = mutantsOf(end).filter((mutant) => (witnesses[end].mutants[keyOf(mutant)]?.caught ?? 0) === 0)
    assert.deepEqual(silent.map(keyOf), [])
  })

  test(`a switch of the ${end} double fails its witnesses, and no case outside its scope`, async () => {
    const correct = await runDouble(end, [], ids)
    const problems: string[] = []
    for (const mutant of mutantsOf(end)) {
      const mine = ids.filter((id) => witnesses[end].cases[id] === keyOf(mutant))
      const sample = seededOrder(mine, mutant.name).slice(0, 3)
      const scope = new Set(selectCases(casesOf(end), mutant.scope).map(({ id }) => id))
      const outside =
        mutant.isolated === true || mutant.double !== undefined
          ? []
          : seededOrder(
              ids.filter((id) => !scope.has(id) && !/^(?:http2|timeouts|limits|robustness|utf8\/fail-fast|request\/key-new)/.test(id)),
              mutant.name,
            ).slice(0, 6)
      const caught = new Set(await caughtBy(end, mutant, [...sample, ...outside], correct))
      for (const id of sample) if (!caught.has(id)) problems.push(`${id} does not notice ${mutant.name}`)
      for (const id of outside) if (caught.has(id)) problems.push(`${id} fails for ${mutant.name}, which is none of its business`)
    }
    assert.deepEqual(problems, [])
  })
}
