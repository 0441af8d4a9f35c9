import type { CaseResult, SuiteReport } from '../result.ts'

/** JUnit XML, one suite for each area: `fail` is a failure, `unsupported` is skipped, `warn` and `info` are told in the output. */
export function junitReport(report: SuiteReport): string {
  const areas = [...new Set(report.results.map(({ area }) => area))]
  const { counts } = report
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="hawser conformance ${report.end}" tests="${report.results.length}" failures="${counts.fail}" skipped="${counts.unsupported}" time="${report.durationMs / 1000}">`,
  ]
  for (const area of areas) {
    const results = report.results.filter((result) => result.area === area)
    const failures = results.filter(({ verdict }) => verdict === 'fail').length
    const skipped = results.filter(({ verdict }) => verdict === 'unsupported').length
    lines.push(
      `  <testsuite name="${escape(area)}" tests="${results.length}" failures="${failures}" skipped="${skipped}">`,
      ...results.map(testCase),
      '  </testsuite>',
    )
  }
  lines.push('</testsuites>', '')
  return lines.join('\n')
}

function testCase(result: CaseResult): string {
  const head = `    <testcase classname="${escape(result.area)}" name="${escape(result.id)}" time="${result.durationMs / 1000}"`
  const rule = `${result.section}${result.requirements.length > 0 ? ` (${result.requirements.join(', ')})` : ''}`
  switch (result.verdict) {
    case 'pass':
      return `${head}/>`
    case 'fail':
      return `${head}><failure message="${escape(result.outcome)}">${escape(`${result.why}\n${rule}\n${evidence(result)}`)}</failure></testcase>`
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

/** XML 1.0 has no place for most control characters, escaped or not. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]!)
}
