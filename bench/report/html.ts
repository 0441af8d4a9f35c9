import type { Report, ScenarioResult } from '../results.ts'
import { summarize } from '../results.ts'
import { barChart, escape, lineChart } from './chart.ts'
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
import { style } from './style.ts'
import { figure, ratio } from './terminal.ts'

interface Part {
  readonly id: string
  readonly title: string
  readonly content: string
}

/** One file without scripts: a summary, then a chart for each scenario, with its figures. */
export function html(report: Report): string {
  const parts = [...summaryPart(report), ...groupParts(report), ...curveParts(report), ...leftOutPart(report)]
  const contents = parts.map(({ id, title }) => `<a href="#${id}">${escape(title)}</a>`).join(' ')
  const sections = parts.map(({ id, title, content }) => `<section id="${id}"><h2>${escape(title)}</h2>${content}</section>`).join('\n')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>hawser benchmarks ${report.date}</title>
<style>${style}</style></head><body>
<header><h1>hawser benchmarks</h1>
<p>${report.date} · ${escape(machineLine(report))}<br>${escape(versionLine(report))}<br>${escape(roundsLine(report))}<br><code>${escape(report.command)}</code></p>
<nav>${contents}</nav></header>
<details><summary>How it is measured</summary><ul>${method.map((line) => `<li>${prose(line)}</li>`).join('')}</ul></details>
${sections}
</body></html>
`
}

/** Text with code between backquotes. */
function prose(text: string): string {
  return escape(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>')
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: string): string => `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table><thead>${line(heads.map(escape), 'th')}</thead><tbody>${rows.map((cells) => line(cells, 'td')).join('')}</tbody></table></div>`
}

/** Every ratio that has a ceiling. */
function summaryPart(report: Report): Part[] {
  const results = report.results.filter(({ scenario, rows }) => rows.length > 0 && ceilingText({ scenario } as ScenarioResult) !== '')
  const columns = [...new Set(results.flatMap(({ rows }) => rows.filter(({ floor }) => !floor).map(columnOf)))]
  if (results.length === 0 || columns.length === 0) return []
  const rows = results.map((result) => {
    const summaries = new Map(summarize(result).map((summary) => [columnOf(summary.row), summary]))
    const cells = columns.map((column) => {
      const summary = summaries.get(column)
      if (summary === undefined) return '–'
      const { ratio: base, over } = judged(result, summary)
      if (base === undefined) return '–'
      const kind = summary.row.name.startsWith('hawser') ? (over ? 'over' : 'held') : ''
      return `<span class="${kind}" title="${figure(base.min)} to ${figure(base.max)}">${base.median.toFixed(2)}</span>`
    })
    return [`<a href="#${result.scenario.name}">${escape(result.scenario.title)}</a>`, escape(ceilingText(result)), ...cells]
  })
  const note =
    'Over the floor of the same runtime, less is better; over <code>ws</code> where the ceiling says so. <span class="held">Green</span> holds its ceiling, <span class="over">red</span> does not.'
  return [{ id: 'summary', title: 'In short', content: `<p>${note}</p>${table(['work', 'hawser at most', ...columns], rows)}` }]
}

function groupParts(report: Report): Part[] {
  return Object.entries(groups).flatMap(([group, { title, notes }]) => {
    const results = resultsOf(report, group)
    if (results.length === 0) return []
    return [{ id: group, title, content: `${notes.map((note) => `<p>${prose(note)}</p>`).join('')}${results.map(scenario).join('')}` }]
  })
}

function scenario(result: ScenarioResult): string {
  const summaries = summarize(result)
  const verdicts = summaries
    .filter(({ row }) => row.name.startsWith('hawser'))
    .flatMap((summary) => {
      const { ratio: base, over } = judged(result, summary)
      const limit = ceilingText(result)
      if (base === undefined || limit === '') return []
      return [`<span class="${over ? 'over' : 'held'}">${escape(columnOf(summary.row))}: ${base.median.toFixed(2)}, at most ${escape(limit)}</span>`]
    })
  const rows = summaries.map(({ row, value, ofFloor, ofWs, latency, perSecond, generatorShare }) =>
    [
      `${columnOf(row)}${row.note === '' ? '' : `, ${row.note}`}`,
      `${figure(value.median)} (${figure(value.min)}–${figure(value.max)})`,
      ratio(ofFloor),
      ratio(ofWs),
      latency === undefined ? '' : latency.p50.toFixed(3),
      latency === undefined ? '' : latency.p99.toFixed(3),
      perSecond === undefined ? '' : Math.round(perSecond).toLocaleString('en').replaceAll(',', ' '),
      generatorShare === undefined ? '' : `${(generatorShare * 100).toFixed(0)} %`,
    ].map(escape),
  )
  const heads = ['', result.unit, '× floor', '× ws', 'p50 ms', 'p99 ms', 'per second', 'load']
  // An empty column is omitted.
  const filled = heads.map((_, i) => i === 0 || rows.some((row) => row[i] !== ''))
  const kept = (cells: readonly string[]): string[] => cells.filter((_, i) => filled[i])
  const unit = result.unit === 'µs' ? ', µs of CPU' : ''
  return `<article id="${result.scenario.name}"><h3>${escape(titleOf(result))}${unit}</h3>${verdicts.length === 0 ? '' : `<p class="verdict">${verdicts.join(' · ')}</p>`}
${barChart(summaries, result.unit)}
<details><summary>figures</summary>${table(kept(heads), rows.map(kept))}</details></article>`
}

function curveParts(report: Report): Part[] {
  return curves.flatMap(({ group, title, x, text }) => {
    const results = resultsOf(report, group)
    if (results.length === 0) return []
    const chart = results.length < 2 ? '' : lineChart(seriesOf(results), x, 'µs of CPU per message', text)
    const heads = [x, ...seriesOf(results).map(({ name }) => name)]
    const rows = curveRows(results, text, figure).map((cells) => cells.map(escape))
    return [{ id: group, title, content: `<p>${escape(curveNote(results))}</p>${chart}${table(heads, rows)}` }]
  })
}

function leftOutPart(report: Report): Part[] {
  const failures = report.results.flatMap((result) => result.failures.map((failure) => `${result.scenario.name}: ${failure}`))
  const all = [...report.skipped, ...failures]
  if (all.length === 0) return []
  return [{ id: 'left-out', title: 'Left out', content: `<ul>${all.map((what) => `<li><code>${escape(what)}</code></li>`).join('')}</ul>` }]
}
