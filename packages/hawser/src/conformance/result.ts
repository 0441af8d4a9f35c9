import type { ConformanceCase, End, Level } from './case.ts'
import type { ExchangeEntry } from './exchange.ts'

/** `warn`: a SHOULD is not met. `info`: seen and told, not judged. `unsupported`: not tried, never to be read as passed. */
export type Verdict = 'pass' | 'fail' | 'warn' | 'info' | 'unsupported'

export const verdicts: readonly Verdict[] = ['pass', 'fail', 'warn', 'info', 'unsupported']

export interface CaseResult {
  readonly id: string
  readonly end: End
  readonly area: string
  readonly level: Level
  readonly section: string
  readonly requirements: readonly string[]
  readonly why: string
  readonly verdict: Verdict
  /** One line: `as expected`, or what was seen instead. The same for the same behaviour, so that it can be pinned. */
  readonly outcome: string
  readonly durationMs: number
  readonly exchange: readonly ExchangeEntry[]
}

export interface SuiteReport {
  readonly format: 'hawser-conformance-1'
  readonly end: End
  /** The URL of the server, or the name that the client gave itself. */
  readonly subject: string
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly counts: Readonly<Record<Verdict, number>>
  readonly results: readonly CaseResult[]
}

export const asExpected = 'as expected'

/** An expectation that was not met; its level decides between fail and warn. */
export class Unmet extends Error {
  readonly level: Level | undefined
  constructor(message: string, level?: Level) {
    super(message)
    this.level = level
  }
}

/** The endpoint does not have what the case is about. */
export class Unsupported extends Error {}

export function resultOf(
  row: ConformanceCase,
  verdict: Verdict,
  outcome: string,
  durationMs: number,
  exchange: readonly ExchangeEntry[],
): CaseResult {
  const { id, end, area, level, section, requirements, why } = row
  return { id, end, area, level, section, requirements, why, verdict, outcome, durationMs: Math.round(durationMs), exchange }
}

export function countVerdicts(results: readonly CaseResult[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, warn: 0, info: 0, unsupported: 0 }
  for (const result of results) counts[result.verdict]++
  return counts
}
