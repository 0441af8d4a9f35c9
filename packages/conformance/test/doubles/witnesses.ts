import { readFileSync, writeFileSync } from 'node:fs'
import type { End } from '../../src/case.ts'

export interface Witnesses {
  /** For each case, the first switch found that it notices. */
  readonly cases: Record<string, string>
  /** For each switch, how many of the cases that were tried on it noticed, and the ones that `npm test` tries again. */
  readonly mutants: Record<string, { readonly caught: number; readonly tried: number; readonly catches: readonly string[] }>
}

const file = new URL('witnesses.json', import.meta.url)

export function readWitnesses(): Record<End, Witnesses> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<End, Witnesses>
}

export function writeWitnesses(witnesses: Record<End, Witnesses>): void {
  writeFileSync(file, `${JSON.stringify(witnesses, null, 1)}\n`)
}
