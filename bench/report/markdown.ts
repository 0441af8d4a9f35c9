import type { Before, Report, ScenarioResult, Summary } from '../results.ts'
import { summarize, textFloor } from '../results.ts'
import type { Spread } from '../statistics.ts'
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
  const hasFloor = report.results.some(({ rows }) => rows.some(({ floor }) => floor))
  const parts = ['# Benchmarks', '', `This page is written by \`${report.command}\`.`, '']
  parts.push(`- ${report.date}; ${machineLine(report)}`, `- ${versionLine(report)}`, `- ${roundsLine(report)}`, '')
  parts.push('How it is measured:', '', ...method.filter((text) => hasFloor || !/floor/.test(text)).map((text) => `- ${text}`), '')
  for (const [group, { title, notes }] of Object.entries(groups)) {
    const results = resultsOf(report, group)
    if (results.length > 0)
      parts.push(
        `## ${title}`,
        '',
        ...notes.flatMap((note) => [note, '']),
        ...overview(results),
        '',
        ...ratios(results, report.before),
        '',
        ...garbage(results),
        ...latencies(results),
      )
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

interface RatioColumn {
  readonly title: string
  readonly cell: (result: ScenarioResult, summary: Summary | undefined) => string
}

function span(value: Spread): string {
  return `${value.median.toFixed(2)} (${value.min.toFixed(2)}–${value.max.toFixed(2)})`
}

/** Each subject over the floor; hawser also over the second floor, and as it was in the round before. */
function ratioColumns(results: readonly ScenarioResult[], before: Before | undefined): RatioColumn[] {
  const withTextFloor = results.some(({ rows }) => rows.some(({ name }) => name === textFloor))
  const former = (result: ScenarioResult, column: string): number | undefined => before?.ratios[result.scenario.name]?.[column]
  const hasFloor = results.some(({ rows }) => rows.some(({ floor }) => floor))
  const columns: RatioColumn[] = []
  for (const column of columnsOf(results)) {
    if (column.startsWith('floor ') || (column.startsWith('ws ') && !hasFloor)) continue
    columns.push({
      title: column,
      cell(result, summary) {
        if (summary === undefined) return '–'
        const { ratio, over } = judged(result, summary)
        return ratio === undefined ? '–' : over ? `**${span(ratio)}**` : span(ratio)
      },
    })
    if (!column.startsWith('hawser')) continue
    if (results.some((result) => former(result, column) !== undefined)) {
      columns.push({ title: `${column}, round before`, cell: (result) => former(result, column)?.toFixed(2) ?? '–' })
    }
    if (withTextFloor && column.startsWith('hawser ')) {
      columns.push({
        title: `${column} over ${textFloor}`,
        cell: (_, summary) => (summary?.ofTextFloor === undefined ? '–' : span(summary.ofTextFloor)),
      })
    }
  }
  return columns
}

function ratios(results: readonly ScenarioResult[], before: Before | undefined): string[] {
  const columns = ratioColumns(results, before)
  if (columns.length === 0) return []
  const hasFloor = results.some(({ rows }) => rows.some(({ floor }) => floor))
  const limited = results.some(({ scenario }) => scenario.ceiling !== undefined || scenario.ceilingOfWs !== undefined)
  const rows = results.map((result) => {
    const summaries = new Map(summarize(result).map((summary) => [columnOf(summary.row), summary]))
    const cellsOfRow = columns.map(({ title, cell }) => cell(result, summaries.get(title.replace(/(, round before| over .*)$/, ''))))
    return [titleOf(result), ...(limited ? [ceilingText(result)] : []), ...cellsOfRow]
  })
  const titles = columns.map(({ title }) => title)
  const since =
    before !== undefined && titles.some((title) => title.endsWith('before')) ? ` The round before is of ${before.date}, hawser ${before.hawser}.` : ''
  return [
    (limited
      ? `${hasFloor ? 'Over the floor of the same runtime (over `ws` where the ceiling says so)' : 'Over `ws` on the same runtime'}, with the smallest and the largest of the rounds; what is over its ceiling is bold.`
      : 'Over the floor of the same runtime, with the smallest and the largest of the rounds.') + since,
    '',
    ...table(['work', ...(limited ? ['hawser at most'] : []), ...titles], rows),
  ]
}

/** Of one slice: what it counts repeats. */
function garbage(results: readonly ScenarioResult[]): string[] {
  const counted = results.filter(({ rows }) => rows.some((row) => row.garbage !== undefined))
  if (counted.length === 0) return []
  const columns = [...new Set(counted.flatMap(({ rows }) => rows.filter((row) => row.garbage !== undefined).map(columnOf)))]
  return [
    'Garbage: bytes allocated for each message, in the heap and outside it, by the counters of the heap:',
    '',
    ...table(
      ['work', ...columns],
      cells(counted, columns, ({ row }) => (row.garbage === undefined ? '–' : Math.round(row.garbage).toLocaleString('en'))),
    ),
    '',
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
