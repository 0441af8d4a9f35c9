import type { ConformanceCase, End } from './case.ts'
import { defectsOf } from './defects.ts'
import { Interrupted } from './interrupt.ts'
import { countTiers, countVerdicts, resultOf, tierOf } from './result.ts'
import type { CaseResult, SuiteReport } from './result.ts'
import { suiteVersion } from './version.ts'

/** How far a run is, after each case. */
export interface SuiteProgress {
  /** Cases that are over. */
  readonly done: number
  /** Cases in all. */
  readonly total: number
  /** Of the case that is over now. */
  readonly result: CaseResult
}

/**
 * Runs up to `jobs` cases at a time, the slow ones first, and the volume tier one by one in the end. The results are in the order of the cases.
 * Once `signal` is aborted, no further case begins.
 */
export async function runCases(
  cases: readonly ConformanceCase[],
  jobs: number,
  run: (row: ConformanceCase) => Promise<CaseResult>,
  progress?: (progress: SuiteProgress) => void,
  signal?: AbortSignal,
): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  const all = cases.map((row, index) => ({ row, index })).sort((a, b) => Number(b.row.slow === true) - Number(a.row.slow === true))
  const order = all.filter(({ row }) => tierOf(row) !== 'volume')
  const volume = all.filter(({ row }) => tierOf(row) === 'volume')
  const slow = cases.filter((row) => row.slow === true).length
  let done = 0
  const worker = async (waiting: typeof all): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      const result = signal?.aborted === true ? resultOf(item.row, 'not-run', new Interrupted().message, 0, []) : await run(item.row)
      results[item.index] = result
      progress?.({ done: ++done, total: cases.length, result })
    }
  }
  await Promise.all(Array.from({ length: Math.min(order.length, jobs + slow) }, () => worker(order)))
  // Beside others, a figure would say how busy this machine is.
  await worker(volume)
  return results
}

export function reportOf(
  end: End,
  subject: string,
  seed: number,
  startedAt: Date,
  results: readonly CaseResult[],
  how: { readonly diedDuring?: readonly string[] | undefined; readonly interrupted?: boolean } = {},
): SuiteReport {
  return {
    format: 'hawser-conformance-1',
    suite: suiteVersion,
    end,
    subject,
    seed,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    ...(how.diedDuring === undefined ? {} : { diedDuring: how.diedDuring }),
    ...(how.interrupted === true ? { interrupted: true } : {}),
    counts: countVerdicts(results),
    tiers: countTiers(results),
    defects: defectsOf(results),
    results,
  }
}
