import type { Percentiles } from './load/latencies.ts'
import type { Scenario } from './scenarios.ts'
import { pairedRatio, spread } from './statistics.ts'
import type { Spread } from './statistics.ts'

export interface Row {
  readonly name: string
  readonly runtime: string
  readonly floor: boolean
  /** One figure a round: µs of CPU per message, kB, or ms. */
  readonly values: number[]
  readonly latencies: Percentiles[]
  readonly perSecond: number[]
  /** The share of the time in which the generator had something to do. */
  readonly generatorShare: number[]
  note: string
}

export interface ScenarioResult {
  readonly scenario: Scenario
  readonly unit: 'µs' | 'kB' | 'ms' | 'MB/s'
  readonly rows: readonly Row[]
  readonly failures: readonly string[]
}

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
}

export interface Report {
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly rounds: number
  readonly sliceMs: number
  readonly seconds: number
  readonly quick: boolean
  readonly skipped: readonly string[]
  readonly results: readonly ScenarioResult[]
}

export interface Summary {
  readonly row: Row
  readonly value: Spread
  readonly ofFloor: Spread | undefined
  /** Against `ws` on the same runtime. */
  readonly ofWs: Spread | undefined
  readonly latency: { readonly p50: number; readonly p99: number } | undefined
  readonly perSecond: number | undefined
  readonly generatorShare: number | undefined
}

export function summarize(result: ScenarioResult): Summary[] {
  const baseOf = (row: Row, name: string): Row | undefined => result.rows.find((other) => other.name === name && other.runtime === row.runtime)
  return result.rows.map((row) => {
    const ratio = (base: Row | undefined): Spread | undefined =>
      base === undefined || base === row ? undefined : pairedRatio(row.values, base.values)
    const optional = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : spread(values).median)
    return {
      row,
      value: spread(row.values),
      ofFloor: row.floor ? undefined : ratio(baseOf(row, 'floor')),
      ofWs: row.floor ? undefined : ratio(baseOf(row, 'ws')),
      latency:
        row.latencies.length === 0
          ? undefined
          : { p50: spread(row.latencies.map(({ p50 }) => p50)).median, p99: spread(row.latencies.map(({ p99 }) => p99)).median },
      perSecond: optional(row.perSecond),
      generatorShare: optional(row.generatorShare),
    }
  })
}
