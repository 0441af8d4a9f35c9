/**
 * Writes docs/conformance.md and witnesses.json: which switch of the doubles fails which case.
 * Run with: node --import tsx test/conformance/doubles/table.ts
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { seededOrder } from './order.ts'
import type { Mutant } from './mutants.ts'
import { caughtBy, casesOf, inScope, keyOf, mutantsOf, runDouble } from './bench.ts'
import { readPins } from '../peers/pins.ts'
import { conformancePage } from './page.ts'
import type { End } from '../../../src/conformance/case.ts'

export interface Witnesses {
  /** For each case, the first switch found that it notices. */
  readonly cases: Record<string, string>
  /** For each switch, how many of the cases that were tried on it noticed, and the ones that `npm test` tries again. */
  readonly mutants: Record<string, { readonly caught: number; readonly tried: number; readonly catches: readonly string[] }>
}

/** Two that are a witness of their own, else any; with one over HTTP/2 where there is one. */
function kept(first: readonly string[], caught: readonly string[], salt: string): string[] {
  const pool = [...seededOrder(first, salt), ...seededOrder(caught, salt)]
  const http2 = pool.find((id) => id.startsWith('http2/'))
  const other = pool.filter((id) => !id.startsWith('http2/'))
  return [...new Set([...other.slice(0, http2 === undefined ? 2 : 1), ...(http2 === undefined ? [] : [http2])])]
}

const out: Record<End, Witnesses> = { server: { cases: {}, mutants: {} }, client: { cases: {}, mutants: {} } }
const only = process.argv[2]
for (const end of ['server', 'client'] as const) {
  const { cases, mutants } = out[end]
  const all = casesOf(end).map(({ id }) => id)
  const correct = await runDouble(end, [], all)
  const wrong = [...correct.values()].filter(({ verdict }) => verdict !== 'pass' && verdict !== 'info')
  for (const { id, verdict, outcome } of wrong) console.log(`correct ${end} double: ${verdict} ${id}: ${outcome}`)
  const order = [...mutantsOf(end)].sort((a, b) => inScope(end, a).length - inScope(end, b).length)
  const one = async (mutant: Mutant): Promise<void> => {
    const scope = inScope(end, mutant)
    const unseen = scope.filter((id) => cases[id] === undefined)
    const ids = [
      ...unseen.slice(0, 200),
      ...seededOrder(
        scope.filter((id) => cases[id] !== undefined),
        mutant.name,
      ).slice(0, 30),
    ]
    let caught = await caughtBy(end, mutant, ids, correct)
    if (caught.length === 0 && ids.length < scope.length) {
      ids.push(...scope.filter((id) => !ids.includes(id)))
      caught = await caughtBy(end, mutant, ids, correct)
    }
    const first = caught.filter((id) => cases[id] === undefined)
    for (const id of first) cases[id] = keyOf(mutant)
    mutants[keyOf(mutant)] = { caught: caught.length, tried: ids.length, catches: kept(first, caught, mutant.name) }
    if (caught.length === 0) console.log(`${end}: no case notices ${keyOf(mutant)}`)
  }
  const waiting = order.filter((mutant) => only === undefined || mutant.name.includes(only)).reverse()
  const worker = async (): Promise<void> => {
    for (let mutant = waiting.pop(); mutant !== undefined; mutant = waiting.pop()) await one(mutant)
  }
  await Promise.all(Array.from({ length: 4 }, worker))
  const missing = all.filter((id) => cases[id] === undefined)
  if (missing.length > 0) console.log(`${end}: no switch fails`, missing)
}
if (only === undefined) {
  writeFileSync(new URL('witnesses.json', import.meta.url), `${JSON.stringify(out, null, 1)}\n`)
  const page = new URL('../../../../../docs/conformance.md', import.meta.url)
  writeFileSync(page, conformancePage(out, readPins()))
  console.log(`wrote ${readFileSync(page).length} bytes`)
}
process.exit()
