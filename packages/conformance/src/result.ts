import type { ConformanceCase, End, Level } from './case.ts'
import { rootCauseOf } from './root-causes.ts'
import type { RootCause } from './root-causes.ts'

/**
 * `fail`: a MUST is broken. `warn`: a SHOULD is not met. `info`: reported, not judged. `unsupported`: the endpoint lacks what the case
 * needs. `not-run`: the case was selected and never judged.
 */
export type Verdict = 'pass' | 'fail' | 'warn' | 'info' | 'unsupported' | 'not-run'

/** `http1`: over HTTP/1.1, with what is always checked. `http2`: over HTTP/2 (RFC 8441). `volume`: large and many messages. */
export type Tier = 'http1' | 'http2' | 'volume'

export const tiers: readonly Tier[] = ['http1', 'http2', 'volume']

export const verdicts: readonly Verdict[] = ['pass', 'fail', 'warn', 'info', 'unsupported', 'not-run']

/** One chunk or event of a case's connections. */
export interface ExchangeEntry {
  /** Milliseconds since the case began. */
  readonly atMs: number
  /** Who sent it, or ended the connection. */
  readonly from: 'suite' | 'peer'
  /** `bytes`: a chunk as it went over the wire. `decoded`: the same as a frame or a head. `connected`, `ended`, `reset`: of the connection. */
  readonly kind: 'bytes' | 'decoded' | 'connected' | 'ended' | 'reset' | 'note'
  /** Decoded form or note. */
  readonly text?: string
  /** Base64; only the first bytes of a long chunk. */
  readonly bytes?: string
  /** Of the whole chunk. */
  readonly byteLength?: number
}

/** How a connection ended. */
export interface Closing {
  /**
   * `clean`: Close frames both ways, then its end. `unclean`: its end without a Close frame of the endpoint. `reset`: by the endpoint. `open`: the
   * case was over before.
   */
  readonly verdict: 'clean' | 'unclean' | 'reset' | 'open'
  /** That of the endpoint's Close frame; `none` where it has none. */
  readonly code?: number | 'none' | 'malformed'
}

/** What a volume case measured, from the first message sent to the last one received. */
export interface Figures {
  /** How many came back, or how many Pings were answered. */
  readonly messages: number
  /** Payload in one direction, before compression. */
  readonly bytes: number
  /** Milliseconds. */
  readonly ms: number
}

/** The verdict of one case, with what went over the wire. */
export interface CaseResult {
  /** Of the case, for example `utf8/bad/bad-byte-ff`; `always/…` for a rule that is always checked. */
  readonly id: string
  /** The end that was tested. */
  readonly end: End
  /** The first parts of the id. */
  readonly area: string
  /** How binding the rule is. */
  readonly level: Level
  /** The rule, for example `RFC 6455 section 8.1`. */
  readonly section: string
  /** Ids of the requirements that the case proves, as `requirements()` lists them. */
  readonly requirements: readonly string[]
  /** One sentence: why it matters. */
  readonly why: string
  /** What the case came to. */
  readonly verdict: Verdict
  /** One line: `as expected`, or what was seen instead. The same behaviour gives the same line. */
  readonly outcome: string
  /** Milliseconds, rounded. */
  readonly durationMs: number
  /** What is wrong, where the verdict is `fail` or `warn`: cases with the same cause show one defect. */
  readonly rootCause?: RootCause
  /** How the connection ended, where it was opened. */
  readonly closing?: Closing
  /** Of a volume case: what went through the connection. */
  readonly figures?: Figures
  /** What went over the wire, at most 400 entries and 64 KiB. */
  readonly exchange: readonly ExchangeEntry[]
}

/** One thing that is wrong with an endpoint, in however many cases it shows. */
export interface Defect {
  /** That of the root cause. */
  readonly id: string
  /** The worst of its cases. */
  readonly verdict: 'fail' | 'warn'
  /** One line: what is wrong, and what was seen most often. */
  readonly summary: string
  /** The rule that the first of its cases cites. */
  readonly section: string
  /** Ids, in the order of the report. */
  readonly cases: readonly string[]
}

/** The results of one run, with counts; the reports are made of it. */
export interface SuiteReport {
  readonly format: 'hawser-conformance-1'
  /** The version of the suite. */
  readonly suite: string
  /** The end that was tested. */
  readonly end: End
  /** The URL of the server, or the name the client gave itself. */
  readonly subject: string
  /** Of the random payloads and masking keys. */
  readonly seed: number
  /** ISO 8601. */
  readonly startedAt: string
  /** Milliseconds. */
  readonly durationMs: number
  /** The server died, and the run ended with it: the cases that were in progress then. One of them is at fault; the others are innocent. */
  readonly diedDuring?: readonly string[]
  /** The run was interrupted: what had no verdict then is `not-run`. */
  readonly interrupted?: true
  /** All results. */
  readonly counts: Readonly<Record<Verdict, number>>
  /** The same by tier, for those that have results: `http1` is what an ordinary endpoint is tried on. */
  readonly tiers: Readonly<Partial<Record<Tier, Readonly<Record<Verdict, number>>>>>
  /** What failed or warned, grouped by root cause; failures first, then by the number of cases. */
  readonly defects: readonly Defect[]
  /** One for each selected case, in the order of the cases, then one for each rule that is always checked. */
  readonly results: readonly CaseResult[]
}

export const asExpected = 'as expected'

/** An expectation that was not met; its level decides between fail, warn and info. */
export class Unmet extends Error {
  readonly level: Level | undefined
  /** Default: the root cause of its case. */
  readonly rootCause: RootCause | undefined
  constructor(message: string, level?: Level, rootCause?: RootCause) {
    super(message)
    this.level = level
    this.rootCause = rootCause
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
  more: { readonly rootCause?: RootCause | undefined; readonly closing?: Closing | undefined; readonly figures?: Figures | undefined } = {},
): CaseResult {
  const { id, end, area, level, requirements, why } = row
  const isWrong = verdict === 'fail' || verdict === 'warn'
  const section = (isWrong ? more.rootCause?.section : undefined) ?? row.section
  const shown = isWrong ? { rootCause: more.rootCause ?? rootCauseOf(row) } : {}
  const { closing, figures } = more
  return {
    ...{ id, end, area, level, section, requirements, why, verdict, outcome },
    durationMs: Math.round(durationMs),
    ...shown,
    ...(closing === undefined ? {} : { closing }),
    ...(figures === undefined ? {} : { figures }),
    exchange,
  }
}

export function countVerdicts(results: readonly CaseResult[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, warn: 0, info: 0, unsupported: 0, 'not-run': 0 }
  for (const result of results) counts[result.verdict]++
  return counts
}

export function tierOf({ area }: Pick<ConformanceCase, 'area'>): Tier {
  return /^http2(?:\/|$)/.test(area) ? 'http2' : area.startsWith('volume') ? 'volume' : 'http1'
}

export function countTiers(results: readonly CaseResult[]): SuiteReport['tiers'] {
  const found = tiers.map((tier) => [tier, results.filter((result) => tierOf(result) === tier)] as const)
  return Object.fromEntries(found.filter(([, ofTier]) => ofTier.length > 0).map(([tier, ofTier]) => [tier, countVerdicts(ofTier)]))
}
