/**
 * Writes docs/conformance.md and witnesses.json: which switch of the doubles fails which case. On a busy machine a case can fail for want of time:
 * each entry is confirmed in a second pass. Run with: node --import tsx packages/conformance/scripts/witnesses.ts [--confirm | --new | SWITCH]
 * `--confirm` runs the second pass alone, `--new` tries only switches and cases that are not in the file yet, and SWITCH tries the switches whose
 * name contains it, prints what notices them, and writes nothing.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { read, root } from '../../../scripts/sources.ts'
import type { End } from '../src/case.ts'
import type { CaseResult } from '../src/result.ts'
import { caughtBy, casesOf, inScope, keyOf, mutantsOf, runCorrect } from '../test/doubles/bench.ts'
import type { Mutant } from '../test/doubles/mutant.ts'
import { seededOrder } from '../test/doubles/order.ts'
import { readWitnesses, writeWitnesses } from '../test/doubles/witnesses.ts'
import type { Witnesses } from '../test/doubles/witnesses.ts'
import { readPins } from '../test/peers/pins.ts'
import { conformancePage } from './page.ts'

type Correct = ReadonlyMap<string, CaseResult>
type Mutable = { -readonly [K in keyof Witnesses]: Witnesses[K] }

const [argument] = process.argv.slice(2)
const only = argument?.startsWith('--') === true ? undefined : argument
const known = argument === '--new' || argument === '--confirm' ? readWitnesses() : undefined
const isNew = (end: End, mutant: Mutant): boolean => known?.[end].mutants[keyOf(mutant)] === undefined

/** Two that are a witness of their own, else any; with one over HTTP/2 where there is one. */
function kept(first: readonly string[], caught: readonly string[], salt: string): string[] {
  const pool = [...seededOrder(first, salt), ...seededOrder(caught, salt)]
  const http2 = pool.find((id) => id.startsWith('http2/'))
  const other = pool.filter((id) => !id.startsWith('http2/'))
  return [...new Set([...other.slice(0, http2 === undefined ? 2 : 1), ...(http2 === undefined ? [] : [http2])])]
}

async function eachMutant(
  end: End,
  work: (mutant: Mutant) => Promise<void>,
  isChosen = (mutant: Mutant) => only === undefined || mutant.name.includes(only),
): Promise<void> {
  const order = [...mutantsOf(end)].sort((a, b) => inScope(end, a).length - inScope(end, b).length)
  const waiting = order.filter((mutant) => isChosen(mutant)).reverse()
  const worker = async (): Promise<void> => {
    for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) await work(mutant)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
}

/** The first pass: tries every switch on the cases of its scope that have no witness yet, and on some others. */
async function collect(end: End, { cases, mutants }: Witnesses, correct: Correct): Promise<void> {
  const isChosen = (mutant: Mutant): boolean => (only === undefined ? isNew(end, mutant) : mutant.name.includes(only))
  await eachMutant(
    end,
    async (mutant) => {
      const scope = inScope(end, mutant)
      const others = scope.filter((id) => cases[id] !== undefined)
      const ids = [...scope.filter((id) => cases[id] === undefined).slice(0, 200), ...seededOrder(others, mutant.name).slice(0, 30)]
      let caught = await caughtBy(end, mutant, ids, correct)
      if (caught.length === 0 && ids.length < scope.length) {
        ids.push(...scope.filter((id) => !ids.includes(id)))
        caught = await caughtBy(end, mutant, ids, correct)
      }
      const first = caught.filter((id) => cases[id] === undefined)
      for (const id of first) cases[id] = keyOf(mutant)
      mutants[keyOf(mutant)] = { caught: caught.length, tried: ids.length, catches: kept(first, caught, mutant.name) }
      if (only !== undefined) console.log(`${end} ${keyOf(mutant)}: ${caught.length} of ${ids.length}`, caught)
    },
    isChosen,
  )
}

/** The second pass: takes out what does not fail again, and looks for another witness of what has none then. */
async function confirm(end: End, { cases, mutants }: Witnesses, correct: Correct): Promise<void> {
  const isClaimed = (mutant: Mutant): boolean => argument !== '--new' || isNew(end, mutant)
  await eachMutant(
    end,
    async (mutant) => {
      const name = keyOf(mutant)
      const entry = mutants[name]
      if (entry === undefined) return
      const own = Object.keys(cases).filter((id) => cases[id] === name)
      const claimed = [...new Set([...own, ...entry.catches])]
      const again = new Set(await caughtBy(end, mutant, claimed, correct))
      const gone = claimed.filter((id) => !again.has(id))
      for (const id of own) if (!again.has(id)) delete cases[id]
      const catches = entry.catches.filter((id) => again.has(id))
      const more = catches.length > 0 ? catches : kept([], [...again], mutant.name)
      mutants[name] = { caught: Math.max(more.length, entry.caught - gone.length), tried: entry.tried, catches: more }
    },
    isClaimed,
  )
  const missing = (): string[] => casesOf(end).flatMap(({ id }) => (cases[id] === undefined ? [id] : []))
  await eachMutant(end, async (mutant) => {
    const scope = inScope(end, mutant)
    const isUnnoticed = mutants[keyOf(mutant)]?.catches.length === 0
    const unseen = new Set(missing())
    const ids = isUnnoticed ? scope : scope.filter((id) => unseen.has(id))
    const seen = ids.length === 0 ? [] : await caughtBy(end, mutant, ids, correct)
    const caught = seen.length === 0 ? [] : await caughtBy(end, mutant, seen, correct)
    for (const id of caught) cases[id] ??= keyOf(mutant)
    if (isUnnoticed) mutants[keyOf(mutant)] = { caught: caught.length, tried: ids.length, catches: kept(caught, [], mutant.name) }
  })
  const unseen = missing()
  if (unseen.length > 0) console.log(`${end}: no switch fails`, unseen)
  for (const [name, { catches }] of Object.entries(mutants)) if (catches.length === 0) console.log(`${end}: no case notices ${name}`)
}

const out: Record<End, Mutable> = known === undefined ? { server: { cases: {}, mutants: {} }, client: { cases: {}, mutants: {} } } : readWitnesses()
for (const end of ['server', 'client'] as const) {
  for (const id of Object.keys(out[end].cases)) if (!casesOf(end).some((row) => row.id === id)) delete out[end].cases[id]
}
for (const end of ['server', 'client'] as const) {
  const correct = await runCorrect(
    end,
    casesOf(end).map(({ id }) => id),
  )
  const wrong = [...correct.values()].filter(({ verdict }) => verdict !== 'pass' && verdict !== 'info')
  for (const { id, verdict, outcome } of wrong) console.log(`correct ${end} double: ${verdict} ${id}: ${outcome}`)
  if (argument !== '--confirm') await collect(end, out[end], correct)
  if (only === undefined) await confirm(end, out[end], correct)
}
if (only === undefined) {
  writeWitnesses(out)
  writeFileSync(join(root, 'docs/conformance.md'), conformancePage(read('docs/conformance.md'), out, readPins()))
}
process.exit()
