import { comparePins } from '../pins.ts'
import type { PinChange } from '../pin-change.ts'
import type { Pins } from '../pins.ts'
import type { CaseResult, SuiteReport } from '../result.ts'
import { escapeUnsafe } from '../unsafe-text.ts'

type Outcome = 'passed' | 'failure' | 'error' | 'skipped'

/** A result as JUnit sees it. */
interface Judged {
  readonly result: CaseResult
  readonly outcome: Outcome
  readonly change: PinChange | undefined
}

/**
 * JUnit XML, one suite for each area: `fail` is a failure, `not-run` an error, `unsupported` is skipped; `warn` and `info` are output.
 * @param expected with it a failure is what is not as expected, for better or worse, and an expected `fail` passes
 */
export function junitReport(reports: readonly SuiteReport[], expected?: Pins): string {
  const judged = reports.map((report) => [...judge(report, expected), ...withoutCase(report, expected)])
  const seconds = reports.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000
  const name = `hawser conformance ${reports[0]?.end ?? ''}`.trim()
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escape(name)}" ${countsOf(judged.flat())} time="${seconds}">`,
    ...reports.flatMap((report, index) => suitesOf(report, judged[index] ?? [], reports.length > 1 ? `${report.subject}: ` : '')),
    '</testsuites>',
    '',
  ].join('\n')
}

function judge(report: SuiteReport, expected: Pins | undefined): Judged[] {
  if (expected === undefined) return report.results.map((result) => ({ result, outcome: outcomeOf(result), change: undefined }))
  const changes = new Map(comparePins(report, expected).map((change) => [change.id, change]))
  return report.results.map((result) => {
    const change = changes.get(result.id)
    const own = outcomeOf(result)
    if (own === 'error') return { result, outcome: own, change }
    if (change !== undefined) return { result, outcome: 'failure', change }
    return { result, outcome: own === 'failure' ? 'passed' : own, change }
  })
}

/** Expectations whose id no case has fail in an area of their own. */
function withoutCase(report: SuiteReport, expected: Pins | undefined): Judged[] {
  if (expected === undefined) return []
  const known = new Set(report.results.map(({ id }) => id))
  const unknown = comparePins(report, expected).filter(({ id }) => !known.has(id))
  return unknown.map((change) => ({ result: { ...nothing, id: change.id }, outcome: 'failure', change }))
}

const nothing: CaseResult = {
  id: '',
  end: 'server',
  area: 'expectations',
  level: 'must',
  section: '--expect',
  requirements: [],
  why: 'Nothing can be compared with an expectation whose id no case has: it is misspelled, or the case was withdrawn.',
  verdict: 'not-run',
  outcome: '',
  durationMs: 0,
  exchange: [],
}

function outcomeOf({ verdict }: CaseResult): Outcome {
  if (verdict === 'fail') return 'failure'
  if (verdict === 'not-run') return 'error'
  return verdict === 'unsupported' ? 'skipped' : 'passed'
}

function suitesOf({ suite, seed, subject }: SuiteReport, judged: readonly Judged[], prefix: string): string[] {
  const areas = [...new Set(judged.map(({ result }) => result.area))]
  const properties = [
    ['suite', suite],
    ['seed', String(seed)],
    ['subject', subject],
  ].map(([name = '', value = '']) => `<property name="${name}" value="${escape(value)}"/>`)
  return areas.flatMap((area) => {
    const ofArea = judged.filter(({ result }) => result.area === area)
    return [
      `  <testsuite name="${escape(prefix + area)}" ${countsOf(ofArea)}>`,
      `    <properties>${properties.join('')}</properties>`,
      ...ofArea.map(testCase),
      '  </testsuite>',
    ]
  })
}

function countsOf(judged: readonly Judged[]): string {
  const count = (wanted: Outcome): number => judged.filter(({ outcome }) => outcome === wanted).length
  return `tests="${judged.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`
}

function testCase({ result, outcome, change }: Judged): string {
  const head = `    <testcase classname="${escape(result.area)}" name="${escape(result.id)}" time="${result.durationMs / 1000}"`
  const rule = `${result.section}${result.requirements.length > 0 ? ` (${result.requirements.join(', ')})` : ''}`
  switch (outcome) {
    case 'failure': {
      const message = change === undefined ? result.outcome : `expected ${change.expected}, seen ${change.seen}`
      return `${head}><failure message="${escape(message)}">${escape(`${result.why}\n${rule}\n${evidence(result)}`)}</failure></testcase>`
    }
    case 'error':
      return `${head}><error message="${escape(result.outcome)}"/></testcase>`
    case 'skipped':
      return `${head}><skipped message="${escape(result.outcome)}"/></testcase>`
    case 'passed': {
      if (result.verdict === 'pass') return `${head}/>`
      const expected = result.verdict === 'fail' ? ' as expected' : ''
      return `${head}><system-out>${escape(`${result.verdict}${expected}: ${result.outcome}\n${result.why}\n${rule}`)}</system-out></testcase>`
    }
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
