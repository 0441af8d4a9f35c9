import type { Percentiles } from './load/latencies.ts'
import type { Scenario } from './scenario.ts'
import { pairedRatio, spread } from './statistics.ts'
import type { Spread } from './statistics.ts'

export interface Row {
  readonly name: string
  readonly runtime: string
  readonly floor: boolean
  /** One figure a round: µs of CPU per message, kB, or ms. */
  readonly values: number[]
  /** Of memory: kB for each connection after a collection that returns memory to the system, on Node. */
  readonly returned: number[]
  readonly latencies: Percentiles[]
  readonly perSecond: number[]
  /** The share of the time in which the generator had something to do. */
  readonly generatorShare: number[]
  /** Bytes for each message, of one more slice; undefined where nothing counts them. */
  garbage: number | undefined
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
  readonly before: Before | undefined
  readonly results: readonly ScenarioResult[]
}

/** The medians of the ratios of an earlier report, by scenario and column. */
export interface Before {
  readonly date: string
  readonly hawser: string
  readonly ratios: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface Summary {
  readonly row: Row
  readonly value: Spread
  readonly ofFloor: Spread | undefined
  /** Against the floor that makes a string of each text and encodes it. */
  readonly ofTextFloor: Spread | undefined
  /** Against `ws` on the same runtime. */
  readonly ofWs: Spread | undefined
  readonly latency: { readonly p50: number; readonly p99: number } | undefined
  readonly perSecond: number | undefined
  readonly generatorShare: number | undefined
}

/** The name of the second floor. */
export const textFloor = 'floor-text'

export function summarize(result: ScenarioResult): Summary[] {
  const baseOf = (row: Row, name: string): Row | undefined => result.rows.find((other) => other.name === name && other.runtime === row.runtime)
  return result.rows.map((row) => {
    const ratio = (base: Row | undefined): Spread | undefined =>
      base === undefined || base === row ? undefined : pairedRatio(row.values, base.values)
    const optional = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : spread(values).median)
    return {
      row,
      value: spread(row.values),
      ofFloor: ratio(baseOf(row, 'floor')),
      ofTextFloor: row.floor ? undefined : ratio(baseOf(row, textFloor)),
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
