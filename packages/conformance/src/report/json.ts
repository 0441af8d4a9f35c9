import type { SuiteReport } from '../result.ts'

/** What `--json` writes: the report of one endpoint, or several reports in one object. */
export function jsonReport(reports: readonly SuiteReport[]): string {
  return `${JSON.stringify(reports.length === 1 ? reports[0] : { format: 'hawser-conformance-reports-1', reports })}\n`
}
