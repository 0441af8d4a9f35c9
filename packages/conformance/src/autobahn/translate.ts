import type { CaseResult, SuiteReport } from '../result.ts'
import type { PinChange } from '../pin-change.ts'
import { excludeCases, idMatcher } from '../select.ts'
import { autobahnNumbers } from './numbers.ts'

/** The behaviours of one agent by case number, as the file `index.json` of the Autobahn|Testsuite has them. */
export interface AutobahnIndex {
  /** For each agent, by case number such as `6.4.1`: its behaviour, for example `OK` or `FAILED`. */
  readonly agents: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** `6.4.1`, or with `*` at its end or in place of a part: `6.4.*`, `12.*`. */
const numberPattern = /^\d+(?:\.(?:\d+|\*))*$/

/** Whether a pattern of `--only` and `--exclude` means numbers of the Autobahn|Testsuite: no id of a case begins with a digit. */
export function isAutobahnNumber(pattern: string): boolean {
  return numberPattern.test(pattern)
}

/** The patterns of ids that the numbers stand for; none where there is no such number. */
export function patternsOfNumbers(pattern: string): string[] {
  const source = pattern.replaceAll('.', '\\.').replaceAll('*', '[\\d.]+')
  const wanted = new RegExp(`^${source}(?:\\.[\\d.]+)?$`)
  return [...new Set([...autobahnNumbers].flatMap(([number, patterns]) => (wanted.test(number) ? patterns : [])))]
}

/** Every pattern of the profile `autobahn`. */
export function autobahnPatterns(): string[] {
  return [...new Set([...autobahnNumbers.values()].flat())]
}

/** @returns undefined for a value that is no such index @throws TypeError for a behaviour that is no text */
export function readAutobahnIndex(value: unknown): AutobahnIndex | undefined {
  if (typeof value !== 'object' || value === null || 'format' in value || Array.isArray(value)) return undefined
  const agents: Record<string, Record<string, string>> = Object.create(null)
  for (const [agent, cases] of Object.entries(value)) {
    if (typeof cases !== 'object' || cases === null || Object.keys(cases).length === 0) return undefined
    const behaviours: Record<string, string> = Object.create(null)
    for (const [number, result] of Object.entries(cases as Record<string, { behavior?: unknown } | null>)) {
      if (!/^\d+\.[\d.]+$/.test(number)) return undefined
      if (typeof result?.behavior !== 'string') throw new TypeError(`case ${number} of ${agent} has no "behavior"`)
      behaviours[number] = result.behavior
    }
    agents[agent] = behaviours
  }
  return Object.keys(agents).length === 0 ? undefined : { agents }
}

/**
 * Cases that fail although the old run was content with all of their numbers. What failed there, or was not implemented, may fail here; a
 * case without a number is not compared.
 */
export function compareAutobahn({ subject, results }: SuiteReport, { agents }: AutobahnIndex): PinChange[] {
  const names = Object.keys(agents)
  const agent = Object.hasOwn(agents, subject) ? subject : names.length === 1 ? names[0] : undefined
  const behaviours = Object.entries((agent === undefined ? undefined : agents[agent]) ?? {})
  const content = behaviours.filter(([, behaviour]) => isContent(behaviour)).flatMap(([number]) => autobahnNumbers.get(number) ?? [])
  const others = behaviours.filter(([, behaviour]) => !isContent(behaviour)).flatMap(([number]) => autobahnNumbers.get(number) ?? [])
  const expectsPass = idMatcher(content)
  const worse = (result: CaseResult): boolean => result.verdict === 'not-run' || (result.verdict === 'fail' && expectsPass(result.id))
  return excludeCases(results.filter(worse), others).map(({ id, verdict, outcome }) => ({ id, expected: 'pass', seen: `${verdict}: ${outcome}` }))
}

function isContent(behaviour: string): boolean {
  return behaviour === 'OK' || behaviour === 'NON-STRICT' || behaviour === 'INFORMATIONAL'
}
