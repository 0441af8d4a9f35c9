import { deflateRawSync } from 'node:zlib'
import type { ExchangeEntry, SuiteReport } from '../result.ts'
import type { PageCase, PageData, PageResult } from './page-types.ts'
import { ruleLink } from './rule-link.ts'

/** How much of each exchange is kept. */
interface Keep {
  readonly entries: number
  readonly bytes: number
}

const all: Keep = { entries: 400, bytes: 1024 }
const most: Keep = { entries: 40, bytes: 256 }
const some: Keep = { entries: 20, bytes: 64 }
const none: Keep = { entries: 0, bytes: 0 }

/** From all evidence to none: what failed keeps its exchange longest. */
const levels: readonly (readonly [deviating: Keep, others: Keep])[] = [
  [all, all],
  [all, most],
  [most, some],
  [most, none],
  [some, none],
  [none, none],
]

/**
 * The reports as Base64 of raw DEFLATE over JSON, which is a fraction of the JSON and which nothing a peer sent can break out of.
 * @param most how many characters it may have; exchanges are shortened and left out until it fits, or nothing is left to leave out
 */
export function packPageData(reports: readonly SuiteReport[], most: number): string {
  let packed = ''
  for (const level of levels) {
    packed = deflateRawSync(JSON.stringify(pageDataOf(reports, level)), { level: 9 }).toString('base64')
    if (packed.length <= most) break
  }
  return packed
}

function pageDataOf(reports: readonly SuiteReport[], [deviating, others]: (typeof levels)[number]): PageData {
  const cases: Record<string, PageCase> = {}
  const shortened = reports.map(({ results, ...report }) => ({
    ...report,
    results: results.map((result): PageResult => {
      const { end: _, area, level, section, requirements, why, exchange, ...rest } = result
      const link = ruleLink(section)
      cases[result.id] ??= { area, level, section, requirements, why, ...(link === undefined ? {} : { link }) }
      const keep = result.verdict === 'fail' || result.verdict === 'warn' || result.verdict === 'not-run' ? deviating : others
      return keep.entries === 0 && exchange.length > 0 ? rest : { ...rest, exchange: shorten(exchange, keep) }
    }),
  }))
  return { cases, reports: shortened }
}

function shorten(exchange: readonly ExchangeEntry[], { entries, bytes }: Keep): ExchangeEntry[] {
  const kept = exchange.slice(0, entries).map((entry) => {
    if (entry.bytes === undefined) return entry
    const part = Buffer.from(entry.bytes, 'base64').subarray(0, bytes)
    return { ...entry, bytes: part.toString('base64') }
  })
  const left = exchange.length - kept.length
  const last = kept.at(-1)
  if (left > 0 && last !== undefined)
    kept.push({ atMs: last.atMs, from: 'suite', kind: 'note', text: `${left} more entries are in the file that --json writes` })
  return kept
}
