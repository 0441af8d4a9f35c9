import { comparePins } from '../pins.ts'
import type { Pins } from '../pins.ts'
import { verdicts } from '../result.ts'
import type { SuiteReport } from '../result.ts'
import { escapeUnsafe } from '../unsafe-text.ts'
import { ruleLink } from './rule-link.ts'
import { unsupportedReasons } from './unsupported.ts'

/** A comment of GitHub has at most 65,536 characters: this many rows of a table are written. */
const mostRows = 50

/**
 * Markdown for a pull request or a job's summary: the totals of each endpoint, its defects with links to their rules, and why cases are unsupported.
 * @param expected with it the results that are not as expected come first
 */
export function markdownReport(reports: readonly SuiteReport[], expected?: Pins): string {
  const shown = verdicts.filter((verdict) => reports.some(({ counts }) => counts[verdict] > 0))
  const totals = reports.map(({ end, subject, counts }) => [end, code(subject), ...shown.map((verdict) => String(counts[verdict]))])
  const suite = reports[0]?.suite ?? ''
  return [
    '## WebSocket conformance',
    '',
    ...table(['', 'endpoint', ...shown], totals),
    ...reports.flatMap((report) => sectionsOf(report, expected)),
    '',
    `<sub>@hawser/conformance ${suite}</sub>`,
    '',
  ].join('\n')
}

function sectionsOf(report: SuiteReport, expected: Pins | undefined): string[] {
  const lines: string[] = []
  const add = (title: string, rows: readonly string[]): void => {
    if (rows.length > 0) lines.push('', `### ${title}`, '', ...rows)
  }
  const subject = code(report.subject)
  if (report.diedDuring !== undefined) add(`${subject} died`, [`In progress: ${report.diedDuring.map(code).join(', ') || 'no case'}.`])
  if (report.interrupted === true) add(`${subject}: the run was interrupted`, [`${report.counts['not-run']} cases were not run.`])
  if (expected !== undefined) {
    const changes = comparePins(report, expected)
    const rows = changes.map(({ id, expected: verdict, seen }) => [code(id), verdict, code(seen)])
    add(`${subject}: ${changes.length} changed`, changes.length === 0 ? [] : table(['case', 'expected', 'seen'], rows))
  }
  const defects = report.defects.map(({ verdict, summary, section, cases }) => [verdict, code(summary), linked(section), firstOf(cases)])
  add(`Defects of ${subject}`, defects.length === 0 ? [] : table(['', 'what', 'rule', 'cases'], defects))
  const reasons = unsupportedReasons(report).map(({ count, reason, help }) => [String(count), code(reason), help === undefined ? '' : code(help)])
  if (reasons.length > 0)
    lines.push(
      '',
      `<details><summary>Why ${report.counts.unsupported} cases are unsupported</summary>`,
      '',
      ...table(['cases', 'reason', 'what helps'], reasons),
      '',
      '</details>',
    )
  return lines
}

function firstOf(cases: readonly string[]): string {
  return cases.length > 1 ? `${cases.length}, for example ${code(cases[0] ?? '')}` : code(cases[0] ?? '')
}

function linked(section: string): string {
  const link = ruleLink(section)
  return link === undefined ? section : `[${section}](${link})`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const left = rows.length - mostRows
  const more = left > 0 ? [row([`${left} more`, ...head.slice(1).map(() => '')])] : []
  return [row(head), row(head.map(() => '---')), ...rows.slice(0, mostRows).map(row), ...more]
}

/** A code span, in which nothing that a peer sent is markup, a mention or the end of a cell. */
function code(text: string): string {
  const plain = escapeUnsafe(text).slice(0, 300).replaceAll('|', '\\|')
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = plain.startsWith('`') || plain.endsWith('`') || plain === '' ? ' ' : ''
  return `${fence}${pad}${plain}${pad}${fence}`
}
