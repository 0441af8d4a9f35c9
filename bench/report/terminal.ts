import { summarize } from '../results.ts'
import type { ScenarioResult } from '../results.ts'
import type { Spread } from '../statistics.ts'
import { columnOf } from './groups.ts'

export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits)
}

export function ratio(value: Spread | undefined): string {
  return value === undefined ? '' : `${value.median.toFixed(2)} (${value.min.toFixed(2)}–${value.max.toFixed(2)})`
}

export function scenarioLines(result: ScenarioResult): string[] {
  const { scenario, unit } = result
  const lines = ['', `${scenario.name}: ${scenario.title}${scenario.ceiling === undefined ? '' : `; hawser at most ${scenario.ceiling} × floor`}`]
  lines.push(
    `  ${''.padEnd(22)} ${unit.padStart(8)}  ${'× floor (min–max)'.padEnd(19)}  ${'× ws (min–max)'.padEnd(19)}     p50 ms  p99 ms      /s  load  garbage`,
  )
  for (const { row, value, ofFloor, ofWs, latency, perSecond, generatorShare } of summarize(result)) {
    const tail = [
      latency === undefined ? '' : latency.p50.toFixed(3),
      latency === undefined ? '' : latency.p99.toFixed(2),
      perSecond === undefined ? '' : perSecond.toFixed(0),
      generatorShare === undefined ? '' : `${(generatorShare * 100).toFixed(0)} %`,
      row.garbage === undefined ? '' : row.garbage.toFixed(0),
    ]
    const columns = `${ratio(ofFloor).padEnd(19)}  ${ratio(ofWs).padEnd(19)}  ${(tail[0] ?? '').padStart(9)} ${(tail[1] ?? '').padStart(7)} ${(tail[2] ?? '').padStart(7)} ${(tail[3] ?? '').padStart(5)} ${(tail[4] ?? '').padStart(8)}`
    lines.push(`  ${columnOf(row).padEnd(22)} ${figure(value.median).padStart(8)}  ${columns}  ${row.note}`.trimEnd())
  }
  for (const failure of result.failures) lines.push(`  LEFT OUT ${failure}`)
  return lines
}
