import { readFileSync } from 'node:fs'
import type { SuiteReport } from '../result.ts'
import type { Arguments } from './arguments.ts'
import type { CliIo } from './io.ts'
import { Output } from './output.ts'
import { readOutputSettings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** The mode `report`: the runs that `--json` wrote, as one report in any form. @returns the worst exit code @throws UsageError */
export function mergeReports(args: Arguments, io: CliIo): Promise<number> {
  const reports = args.positionals.flatMap(readReports)
  const output = new Output(io, readOutputSettings(args, io.env))
  const codes = reports.map((report) => output.show(report))
  output.writeFiles(reports)
  return Promise.resolve(Math.max(...codes))
}

function readReports(file: string): readonly SuiteReport[] {
  const refuse = (what: string): UsageError => new UsageError(`${file}: ${what}; expected a file that --json wrote`)
  let value: { readonly format?: unknown; readonly reports?: unknown } | null
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw error instanceof SyntaxError ? refuse('not JSON') : new UsageError((error as Error).message)
  }
  const found: unknown = value?.format === 'hawser-conformance-reports-1' ? value.reports : [value]
  if (!Array.isArray(found) || found.length === 0 || !found.every(isReport)) throw refuse('not a report of this suite')
  return found
}

function isReport(value: unknown): value is SuiteReport {
  const { format, results, defects, tiers, subject } = (value ?? {}) as Partial<Record<keyof SuiteReport, unknown>>
  const isWhole = Array.isArray(results) && Array.isArray(defects) && typeof tiers === 'object' && tiers !== null && typeof subject === 'string'
  return format === 'hawser-conformance-1' && isWhole
}
