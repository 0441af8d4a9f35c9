/**
 * Writes docs/conformance.md and witnesses.json: which switch of the doubles fails which case.
 * Run with: node --import tsx packages/conformance/scripts/witnesses.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { read, root } from '../../../scripts/sources.ts'
import type { End } from '../src/case.ts'
import { caughtBy, casesOf, inScope, keyOf, mutantsOf, runDouble } from '../test/doubles/bench.ts'
import type { Mutant } from '../test/doubles/mutants.ts'
import { seededOrder } from '../test/doubles/order.ts'
import { writeWitnesses } from '../test/doubles/witnesses.ts'
import type { Witnesses } from '../test/doubles/witnesses.ts'
import { readPins } from '../test/peers/pins.ts'
import { conformancePage } from './page.ts'

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
  writeWitnesses(out)
  writeFileSync(join(root, 'docs/conformance.md'), conformancePage(read('docs/conformance.md'), out, readPins()))
}
process.exit()
