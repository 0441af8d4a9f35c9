/**
 * Every scenario runs against `ws` and against this package, and must look the same: events with their order and arguments, bytes on the wire, errors, states.
 * Where it does not, docs/ws-differences.md gives the reason.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { load } from './implementation.ts'
import type { Implementation } from './implementation.ts'
import { Kit } from './kit.ts'
import type { Scenario } from './kit.ts'
import { scenarios } from './scenarios/index.ts'

const implementations = { ws: await load('ws'), hawser: await load('@hawser/ws') }
const limitMs = 8000
const late = 'LATE: the scenario did not end'

async function observe(implementation: Implementation, scenario: Scenario): Promise<string[]> {
  const kit = new Kit(implementation)
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      kit.log(late)
      resolve()
    }, limitMs)
  })
  try {
    await Promise.race([scenario.run(kit), limit])
  } finally {
    clearTimeout(timer)
    kit.clean()
  }
  return [...kit.lines]
}

const page = readFileSync(new URL('../../../../docs/ws-differences.md', import.meta.url), 'utf8')
const listed = new Set([...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, id]) => id as string))
const names = new Set<string>()

for (const [area, rows] of Object.entries(scenarios)) {
  suite(area, { concurrency: 8 }, () => {
    for (const scenario of rows) {
      assert.ok(!names.has(`${area} ${scenario.name}`), `two scenarios are called ${scenario.name}`)
      names.add(`${area} ${scenario.name}`)
      test(scenario.name, async () => {
        const [expected, actual] = await Promise.all([observe(implementations.ws, scenario), observe(implementations.hawser, scenario)])
        assert.ok(expected.length > 0, 'the scenario looked at something')
        for (const lines of [expected, actual]) assert.ok(!lines.includes(late), lines.join('\n'))
        if (scenario.differs === undefined) assert.deepEqual(actual, expected)
        else {
          assert.ok(listed.has(scenario.differs), `docs/ws-differences.md has no ${scenario.differs}`)
          assert.notDeepEqual(actual, expected, 'there is no difference any more')
        }
      })
    }
  })
}

/** Shown by a whole program instead: programs.test.ts. */
const shownByPrograms = ['exception']

test('each difference in the page is shown by a scenario, and says why', () => {
  const shown = new Set([
    ...shownByPrograms,
    ...Object.values(scenarios).flatMap((rows) => rows.flatMap(({ differs }) => (differs === undefined ? [] : [differs]))),
  ])
  assert.deepEqual([...listed].sort(), [...shown].sort())
})
