/** The sections of a report. */
import type { Report, ScenarioResult, Summary } from '../results.ts'
import { summarize } from '../results.ts'
import { bytes } from '../scenarios.ts'
import type { EchoScenario } from '../scenario.ts'

export interface Series {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number; readonly min: number; readonly max: number }[]
}

export interface Group {
  readonly title: string
  readonly notes: readonly string[]
}

export const groups: Readonly<Record<string, Group>> = {
  table: {
    title: 'The server, by kind of work',
    notes: [
      'To many connections hawser sends with `server.broadcast` and Bun with `server.publish`; `ws` and Deno have no such call, so their `send` is called for each connection.',
    ],
  },
  kinds: { title: 'Other kinds of messages', notes: [] },
  tls: { title: 'Over TLS', notes: ['The floor is a `node:tls` server that returns the same bytes.'] },
  deflate: {
    title: 'With permessage-deflate',
    notes: ['The floor returns the compressed bytes as they came; it neither inflates nor deflates, so the ratio to `ws` is the one to read.'],
  },
  ws: {
    title: '`@hawser/ws` in the place of `ws`',
    notes: ['The same program on both: bench/servers/ws.ts, and for socket.io bench/servers/socket.io.ts with the option `wsEngine`.'],
  },
  http2: {
    title: 'Over HTTP/2',
    notes: [
      'The floor is a bare stream of `node:http2`, opened with Extended CONNECT, whose DATA is returned. `hawser-tls` is the same server over TLS with HTTP/1.1, with a connection for each WebSocket. Everything is over TLS, and messages are binary.',
      'Of MB/s more is better, in figures as in ratios.',
    ],
  },
  client: {
    title: 'The client',
    notes: [
      'The server is the load generator; the floor is a `node:net` client that writes a prepared frame for each answer.',
      'By default hawser opens the connections to one address one after another (RFC 6455 section 4.1); here all clients open sixteen at once, hawser with `parallel: true`.',
    ],
  },
}

export const curves = [
  { group: 'sizes', title: 'Cost by message size', x: 'bytes of a message', text: bytes },
  { group: 'connections', title: 'Cost by number of connections', x: 'connections', text: String },
  { group: 'inflight', title: 'Cost by messages in flight on each connection', x: 'messages in flight', text: String },
] as const

export function resultsOf(report: Report, group: string): readonly ScenarioResult[] {
  return report.results.filter(({ scenario, rows }) => scenario.group === group && rows.length > 0)
}

/** `hawser node20`; the columns of a table. */
export function columnOf({ name, runtime }: { readonly name: string; readonly runtime: string }): string {
  return name === runtime || name === 'global' ? runtime : `${name} ${runtime}`
}

export function titleOf({ scenario, unit }: ScenarioResult): string {
  return unit === 'µs' ? scenario.title : `${scenario.title}, ${unit}`
}

/** The ratio that a scenario limits, and its ceiling. */
export function judged({ scenario }: ScenarioResult, summary: Summary): { ratio: Summary['ofFloor']; over: boolean } {
  const ratio = scenario.ceilingOfWs === undefined ? summary.ofFloor : summary.ofWs
  const limit = scenario.ceilingOfWs ?? scenario.ceiling
  return { ratio, over: /^(hawser(:|$)|@hawser)/.test(summary.row.name) && limit !== undefined && ratio !== undefined && ratio.median > limit }
}

export function ceilingText({ scenario: { ceiling, ceilingOfWs } }: ScenarioResult): string {
  return ceilingOfWs === undefined ? (ceiling?.toString() ?? '') : `${ceilingOfWs} × ws`
}

export function seriesOf(results: readonly ScenarioResult[]): Series[] {
  const series = new Map<string, { x: number; y: number; min: number; max: number }[]>()
  for (const result of results) {
    for (const { row, value } of summarize(result)) {
      const name = row.runtime === 'bun' && row.floor ? 'floor (bun)' : row.name
      const points = series.get(name) ?? []
      points.push({ x: (result.scenario as EchoScenario).x ?? 0, y: value.median, min: value.min, max: value.max })
      series.set(name, points)
    }
  }
  return [...series].map(([name, points]) => ({ name, points }))
}

/** One row for each x, one column for each series, with `–` where there is no figure. */
export function curveRows(results: readonly ScenarioResult[], text: (x: number) => string, figure: (value: number) => string): string[][] {
  const series = seriesOf(results)
  const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))]
  return xs.map((x) => [text(x), ...series.map(({ points }) => figure(points.find((point) => point.x === x)?.y ?? Number.NaN))])
}

export function curveNote(results: readonly ScenarioResult[]): string {
  const runtimes = [...new Set(results.flatMap(({ rows }) => rows.map(({ runtime }) => runtime)))]
  return `CPU per message in µs, on ${runtimes.join(' and ')}.`
}

export function machineLine({ machine }: Report): string {
  return `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}`
}

export function versionLine({ versions }: Report): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

export function roundsLine({ rounds, sliceMs, seconds, quick }: Report): string {
  const long = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} minutes`
  const text = `${rounds === 1 ? 'one round' : `${rounds} rounds`} of ${sliceMs} ms a subject, ${long} in all`
  return quick ? `${text}; a quick look, with up to 1000 connections and 20 MB where more is written: not for comparing` : text
}

export const method = [
  'The figure is the CPU time (user and system, all threads) that the measured process itself reports, divided by the messages of its slice: one message is received and one is sent.',
  'The floor is a `node:net` server (or client) on the same runtime that returns the same bytes, answers a constant 101 or writes a prepared buffer; it reads no frame and makes no string.',
  'Slices of all subjects alternate, forwards and backwards in turn; a ratio is formed within each round, and what is printed is the median of the rounds with the smallest and the largest.',
  'Before anything is measured, each server returns one batch that is compared byte by byte; during the measurement every byte owed has to arrive, and none more.',
  'Text is delivered to the application as a string and sent as a string, binary as bytes; limits and UTF-8 checks are on. Messages that follow each other differ.',
  '`floor-text` adds the work of texts to the floor: it collects each message, whose length it knows, makes a string of it and encodes that again. It unmasks nothing and checks nothing.',
  'Garbage is what is allocated for a message: the difference of the heap counters between two collections, with the memory of buffers and long strings outside the heap.',
  'The load comes from one process with prepared frames, which never sleeps while it measures, so that no write of a server has to wake it; `load` is the share of the time in which it had something to do.',
]
