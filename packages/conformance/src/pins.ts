import { compareAutobahn, readAutobahnIndex } from './autobahn/translate.ts'
import type { AutobahnIndex } from './autobahn/translate.ts'
import { casesOfTier } from './cases/tiers.ts'
import type { PinChange } from './pin-change.ts'
import type { SuiteReport, Verdict } from './result.ts'
import { verdicts } from './result.ts'
import { rules } from './rules.ts'
import { suiteVersion } from './version.ts'

type Expected = Readonly<Record<string, Verdict>>

/** Known results: the verdict that each case is expected to have. A verdict that got better is a change as well. */
export interface Pins {
  readonly format: 'hawser-conformance-expectations-2'
  /** The version of the suite that wrote the file. */
  readonly suite: string
  /** By case id; a case that is not named is expected to pass. */
  readonly results?: Expected
  /** The same for several clients, by the name of each. */
  readonly agents?: Readonly<Record<string, Expected>>
  /** Results of the Autobahn|Testsuite in place of both: a case may not fail where all of its old numbers were in order. */
  readonly autobahn?: AutobahnIndex
}

/** Pins every verdict but `pass`, without its wording, and `not-run`, which no run may expect. */
export function writePins(reports: readonly SuiteReport[]): Pins {
  const expected = ({ results }: SuiteReport): Expected =>
    Object.fromEntries(results.flatMap(({ id, verdict }) => (verdict === 'pass' || verdict === 'not-run' ? [] : [[id, verdict] as const])))
  const head = { format: 'hawser-conformance-expectations-2', suite: suiteVersion } as const
  const [only, ...others] = reports
  if (only !== undefined && others.length === 0) return { ...head, results: expected(only) }
  return { ...head, agents: Object.fromEntries(reports.map((report) => [report.subject, expected(report)])) }
}

/** Reads an expectations file, or the `index.json` of the Autobahn|Testsuite. @throws TypeError for anything else */
export function readPins(value: unknown): Pins {
  const index = readAutobahnIndex(value)
  if (index !== undefined) return { format: 'hawser-conformance-expectations-2', suite: suiteVersion, autobahn: index }
  const pins = value as Pins
  const all = [pins?.results ?? {}, ...Object.values(pins?.agents ?? {})]
  if (pins?.format !== 'hawser-conformance-expectations-2' || all.some((expected) => typeof expected !== 'object' || expected === null)) {
    throw new TypeError('an expectations file has "format": "hawser-conformance-expectations-2" and "results" or "agents"')
  }
  for (const [id, verdict] of all.flatMap((expected) => Object.entries(expected))) {
    if (!verdicts.includes(verdict) || verdict === 'not-run')
      throw new TypeError(`the expectation of ${id} is no verdict: ${JSON.stringify(verdict)}`)
  }
  return pins
}

/** What is said of an expectation without a case. */
const noSuchCase = 'no case has this id'

/**
 * The differences from the expectations, in the order of the report. Cases that were not selected are not compared. An expectation for an id
 * that no case has (misspelled, or withdrawn since) is a difference too, because nothing can be compared with it; those come last.
 */
export function comparePins(report: SuiteReport, { agents = {}, results: shared = {}, autobahn }: Pins): PinChange[] {
  if (autobahn !== undefined) return compareAutobahn(report, autobahn)
  const pinned = new Map(Object.entries(pinnedFor(report, agents, shared)))
  const changed = report.results.flatMap(({ id, verdict, outcome }) => {
    const expected = pinned.get(id) ?? 'pass'
    return verdict === expected ? [] : [{ id, expected, seen: `${verdict}: ${outcome}` }]
  })
  const known = knownIds()
  const unknown = [...pinned].filter(([id]) => !known.has(id))
  return [...changed, ...unknown.map(([id, expected]) => ({ id, expected, seen: noSuchCase }))]
}

/** The ids of both ends: one file may have the expectations of a server and a client. */
function knownIds(): Set<string> {
  const ends = ['server', 'client'] as const
  return new Set([...ends.flatMap((end) => casesOfTier(end, 'all').map(({ id }) => id)), ...Object.values(rules).map(({ id }) => `always/${id}`)])
}

function pinnedFor({ subject }: SuiteReport, agents: Readonly<Record<string, Expected>>, shared: Expected): Expected {
  return (Object.hasOwn(agents, subject) ? agents[subject] : undefined) ?? shared
}
