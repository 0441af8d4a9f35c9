import { countVerdicts } from '../result.ts'
import type { CaseResult, SuiteReport } from '../result.ts'
import { escapeUnsafe } from '../unsafe-text.ts'

/** JUnit XML, one suite for each area: `fail` is a failure, `not-run` an error, `unsupported` is skipped; `warn` and `info` are output. */
export function junitReport(reports: readonly SuiteReport[]): string {
  const all = reports.flatMap(({ results }) => results)
  const seconds = reports.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  const name = `hawser conformance ${reports[0]?.end ?? ''}`.trim()
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(name)}" ${countsOf(all)} time="${seconds}">`,
    ...reports.flatMap((report) => suitesOf(report, reports.length > 1 ? `${report.subject}: ` : '')),
    '</testsuites>',
    '',
  ].join('\n')
}

function suitesOf({ results }: SuiteReport, prefix: string): string[] {
  const areas = [...new Set(results.map(({ area }) => area))]
  return areas.flatMap((area) => {
    const ofArea = results.filter((result) => result.area === area)
    return [`  <testsuite name="${escape(prefix + area)}" ${countsOf(ofArea)}>`, ...ofArea.map(testCase), '  </testsuite>']
  })
}

function countsOf(results: readonly CaseResult[]): string {
  const counts = countVerdicts(results)
  return `tests="${results.length}" failures="${counts.fail}" errors="${counts['not-run']}" skipped="${counts.unsupported}"`
}

function testCase(result: CaseResult): string {
  const head = `    <testcase classname="${escape(result.area)}" name="${escape(result.id)}" time="${result.durationMs / 1000}"`
  const rule = `${result.section}${result.requirements.length > 0 ? ` (${result.requirements.join(', ')})` : ''}`
  switch (result.verdict) {
    case 'pass':
      return `${head}/>`
    case 'fail':
      return `${head}><failure message="${escape(result.outcome)}">${escape(`${result.why}\n${rule}\n${evidence(result)}`)}</failure></testcase>`
    case 'not-run':
      return `${head}><error message="${escape(result.outcome)}"/></testcase>`
    case 'unsupported':
      return `${head}><skipped message="${escape(result.outcome)}"/></testcase>`
    default:
      return `${head}><system-out>${escape(`${result.verdict}: ${result.outcome}\n${result.why}\n${rule}`)}</system-out></testcase>`
  }
}

function evidence(result: CaseResult): string {
  return result.exchange
    .slice(0, 60)
    .map(
      (entry) =>
        `${entry.atMs.toFixed(2)} ms ${entry.from} ${entry.kind}: ${entry.text ?? (entry.bytes === undefined ? '' : Buffer.from(entry.bytes, 'base64').toString('hex').slice(0, 400))}`,
    )
    .join('\n')
}

/** XML 1.0 allows no control characters besides tab and line ends, escaped or not. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd')
    .replace(/[^\t\n\r]+/g, escapeUnsafe)
    .replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!)
}
