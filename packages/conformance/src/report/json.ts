import type { SuiteReport } from '../result.ts'
import { escapeUnsafeJson } from '../unsafe-text.ts'

/** What `--json` writes: the report of one endpoint, or several reports in one object. */
export function jsonReport(reports: readonly SuiteReport[]): string {
  const report = reports.length === 1 ? reports[0] : { format: 'hawser-conformance-reports-1', reports }
  return `${escapeUnsafeJson(JSON.stringify(report))}\n`
}
