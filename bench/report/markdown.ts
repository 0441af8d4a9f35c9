import type { Report, ScenarioResult, Summary } from '../results.ts'
import { summarize } from '../results.ts'
import {
  ceilingText,
  columnOf,
  curveNote,
  curveRows,
  curves,
  groups,
  judged,
  machineLine,
  method,
  resultsOf,
  roundsLine,
  seriesOf,
  titleOf,
  versionLine,
} from './groups.ts'
import { figure } from './terminal.ts'

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  line(heads),
  line(heads.map((_, i) => (i === 0 ? '---' : '---:'))),
  ...rows.map(line),
]

/** Generates the whole page of results. */
export function markdown(report: Report): string {
  const parts = ['# Benchmarks', '', `This page is written by \`${report.command}\`.`, '']
  parts.push(`- ${report.date}; ${machineLine(report)}`, `- ${versionLine(report)}`, `- ${roundsLine(report)}`, '')
  parts.push('How it is measured:', '', ...method.map((text) => `- ${text}`), '')
  for (const [group, { title, notes }] of Object.entries(groups)) {
    const results = resultsOf(report, group)
    if (results.length > 0)
      parts.push(`## ${title}`, '', ...notes.flatMap((note) => [note, '']), ...overview(results), '', ...ratios(results), '', ...latencies(results))
  }
  for (const { group, title, x, text } of curves) {
    const results = resultsOf(report, group)
    if (results.length > 0) parts.push(`## ${title}`, '', curveNote(results), '', ...curveTable(results, x, text), '')
  }
  const left = [
    ...report.skipped,
    ...report.results.flatMap(({ scenario, failures }) => failures.map((text) => `${scenario.name}: ${text.split('\n')[0]}`)),
  ]
  if (left.length > 0) parts.push('## Left out', '', ...left.map((text) => `- ${text}`), '')
  return `${parts.join('\n').trimEnd()}\n`
}

function columnsOf(results: readonly ScenarioResult[]): string[] {
  return [...new Set(results.flatMap(({ rows }) => rows.map(columnOf)))]
}

function cells(
  results: readonly ScenarioResult[],
  columns: readonly string[],
  cell: (summary: Summary, result: ScenarioResult) => string,
): string[][] {
  return results.map((result) => {
    const summaries = new Map(summarize(result).map((summary) => [columnOf(summary.row), summary]))
    return [
      titleOf(result),
      ...columns.map((column) => {
        const summary = summaries.get(column)
        return summary === undefined ? '–' : cell(summary, result)
      }),
    ]
  })
}

function overview(results: readonly ScenarioResult[]): string[] {
  const columns = columnsOf(results)
  return [
    'CPU in µs where no unit is named, the median of the rounds:',
    '',
    ...table(
      ['work', ...columns],
      cells(results, columns, ({ value }) => figure(value.median)),
    ),
  ]
}

function ratios(results: readonly ScenarioResult[]): string[] {
  const columns = columnsOf(results).filter((column) => !column.startsWith('floor '))
  if (columns.length === 0) return []
  const rows = cells(results, columns, (summary, result) => {
    const { ratio: base, over } = judged(result, summary)
    if (base === undefined) return '–'
    const text = `${base.median.toFixed(2)} (${base.min.toFixed(2)}–${base.max.toFixed(2)})`
    return over ? `**${text}**` : text
  })
  const limited = results.some(({ scenario }) => scenario.ceiling !== undefined || scenario.ceilingOfWs !== undefined)
  const withCeilings = rows.map((row, i) => [row[0] as string, ceilingText(results[i] as ScenarioResult), ...row.slice(1)])
  return [
    limited
      ? 'Over the floor of the same runtime (over `ws` where the ceiling says so), with the smallest and the largest of the rounds; what is over its ceiling is bold:'
      : 'Over the floor of the same runtime, with the smallest and the largest of the rounds:',
    '',
    ...(limited ? table(['work', 'hawser at most', ...columns], withCeilings) : table(['work', ...columns], rows)),
  ]
}

function latencies(results: readonly ScenarioResult[]): string[] {
  const timed = results.filter(({ rows }) => rows.some((row) => row.latencies.length > 0))
  if (timed.length === 0) return []
  const columns = columnsOf(timed)
  const rows = cells(timed, columns, ({ latency }) => (latency === undefined ? '–' : `${figure(latency.p50)} / ${figure(latency.p99)}`))
  const loads = cells(timed, columns, ({ generatorShare }) => (generatorShare === undefined ? '–' : `${(generatorShare * 100).toFixed(0)} %`))
  return [
    'Latency in ms at full load, p50 / p99:',
    '',
    ...table(['work', ...columns], rows),
    '',
    'The share of the time in which the load generator had something to do:',
    '',
    ...table(['work', ...columns], loads),
    '',
  ]
}

function curveTable(results: readonly ScenarioResult[], x: string, text: (x: number) => string): string[] {
  return table([x, ...seriesOf(results).map(({ name }) => name)], curveRows(results, text, figure))
}
