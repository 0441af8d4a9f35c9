import type { ConformanceCase, End, Level } from './case.ts'

/**
 * `fail`: a MUST is broken. `warn`: a SHOULD is not met. `info`: reported, not judged. `unsupported`: the endpoint lacks what the case
 * needs. `not-run`: the case was selected and never judged.
 */
export type Verdict = 'pass' | 'fail' | 'warn' | 'info' | 'unsupported' | 'not-run'

export const verdicts: readonly Verdict[] = ['pass', 'fail', 'warn', 'info', 'unsupported', 'not-run']

/** One chunk or event of a case's connections. */
export interface ExchangeEntry {
  /** Milliseconds since the case began. */
  readonly atMs: number
  readonly from: 'suite' | 'peer'
  readonly kind: 'bytes' | 'decoded' | 'connected' | 'ended' | 'reset' | 'note'
  /** Decoded form or note. */
  readonly text?: string
  /** Base64; only the first bytes of a long chunk. */
  readonly bytes?: string
  readonly byteLength?: number
}

/** The verdict of one case, with what went over the wire. */
export interface CaseResult {
  readonly id: string
  readonly end: End
  readonly area: string
  readonly level: Level
  readonly section: string
  readonly requirements: readonly string[]
  readonly why: string
  readonly verdict: Verdict
  /** One line: `as expected`, or what was seen instead. The same behaviour gives the same line. */
  readonly outcome: string
  readonly durationMs: number
  readonly exchange: readonly ExchangeEntry[]
}

/** The results of one run, with counts; the reports are made of it. */
export interface SuiteReport {
  readonly format: 'hawser-conformance-1'
  /** The version of the suite. */
  readonly suite: string
  readonly end: End
  /** The URL of the server, or the name the client gave itself. */
  readonly subject: string
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  readonly durationMs: number
  readonly counts: Readonly<Record<Verdict, number>>
  readonly results: readonly CaseResult[]
}

export const asExpected = 'as expected'

/** An expectation that was not met; its level decides between fail, warn and info. */
export class Unmet extends Error {
  readonly level: Level | undefined
  constructor(message: string, level?: Level) {
    super(message)
    this.level = level
  }
}

/** The endpoint lacks what the case needs. */
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
  const counts = { pass: 0, fail: 0, warn: 0, info: 0, unsupported: 0, 'not-run': 0 }
  for (const result of results) counts[result.verdict]++
  return counts
}
