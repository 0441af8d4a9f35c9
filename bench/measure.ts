/** Runs one scenario: starts its subjects, checks their answers, measures in paired rounds. */
import { join } from 'node:path'
import { Child } from './channel.ts'
import type { LoadResult } from './load/echo.ts'
import type { Target } from './load/link.ts'
import type { Verified } from './load/verify.ts'
import type { Work } from './load/work.ts'
import type { Options } from './options.ts'
import type { Usage } from './process-usage.ts'
import type { Row, ScenarioResult } from './results.ts'
import type { BroadcastScenario, ClientScenario, EchoScenario, HandshakeScenario, MemoryScenario, Scenario, StallScenario } from './scenarios.ts'
import type { ServerHello, ServerSetup } from './servers/setup.ts'
import { programOf } from './subjects.ts'
import type { Subject } from './subjects.ts'

export interface Bench {
  readonly options: Options
  /** Folder of the built programs. */
  readonly programs: string
  readonly certificate: { readonly key: string; readonly cert: string }
  readonly servers: readonly Subject[]
  readonly clients: readonly Subject[]
}

/** One subject, started and ready to be measured. */
interface Contender {
  readonly subject: Subject
  readonly row: Row
  readonly child: Child
  readonly target: Target
}

const largest = 32 << 20

export async function measure(bench: Bench, scenario: Scenario): Promise<ScenarioResult> {
  const failures: string[] = []
  const unit = scenario.type === 'memory' ? 'kB' : scenario.type === 'stall' ? 'ms' : 'µs'
  const { child: generator } = await Child.start('load generator', process.execPath, [join(bench.programs, 'load/generator.js')])
  try {
    const run = { bench, generator, failures }
    const rows =
      scenario.type === 'echo'
        ? await echo(run, scenario)
        : scenario.type === 'broadcast'
          ? await broadcast(run, scenario)
          : scenario.type === 'handshake'
            ? await handshake(run, scenario)
            : scenario.type === 'memory'
              ? await memory(run, scenario)
              : scenario.type === 'stall'
                ? await stall(run, scenario)
                : await client(run, scenario)
    return { scenario, unit, rows, failures }
  } finally {
    await generator.stop()
  }
}

interface Run {
  readonly bench: Bench
  readonly generator: Child
  readonly failures: string[]
}

function start(run: Run, subject: Subject, folder: 'servers' | 'clients', setup: object): Promise<{ child: Child; hello: ServerHello }> {
  const { command, args, kind } = subject.runtime
  const { profile } = run.bench.options
  const profiled = profile !== undefined && kind === 'node' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []
  const program = join(run.bench.programs, folder, `${programOf(subject)}.js`)
  return Child.start(subject.id, command, [...args, ...profiled, program, JSON.stringify(setup)])
}

async function contend(run: Run, subject: Subject, choice: Partial<ServerSetup>): Promise<Contender> {
  const tls = choice.tls
  const setup: ServerSetup = { mode: 'echo', burst: 1, payloadBytes: 0, deflate: false, maxMessage: largest, hawser: subject.hawser, ...choice, tls }
  const { child, hello } = await start(run, subject, 'servers', setup)
  return { subject, child, row: newRow(subject, hello.note), target: { port: hello.port, tls: tls !== undefined, deflate: setup.deflate } }
}

function newRow(subject: Subject, note = ''): Row {
  return {
    name: subject.name,
    runtime: subject.runtime.name,
    floor: subject.floor,
    values: [],
    latencies: [],
    perSecond: [],
    generatorShare: [],
    note,
  }
}

/** A subject that fails is left out of its scenario, and said so. */
async function attempt<T>(run: Run, subject: Subject, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    run.failures.push(`${subject.id}: ${error instanceof Error ? error.message.split('\n').slice(0, 12).join('\n') : String(error)}`)
    return undefined
  }
}

function record(row: Row, load: LoadResult, cpuMicros: number): void {
  row.values.push(cpuMicros / load.messages)
  row.latencies.push(load.latencyMs)
  row.perSecond.push((load.messages / load.wallMs) * 1000)
  row.generatorShare.push(1 - load.idleMs / load.wallMs)
}

/** Alternates the direction, so that drift within a round cancels over two. */
function order<T>(items: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? items : items.toReversed()
}

async function slices(run: Run, contenders: readonly Contender[]): Promise<readonly Row[]> {
  const { rounds, sliceMs, warmupMs } = run.bench.options
  const alive = new Set(contenders)
  const slice = async (contender: Contender, durationMs: number, keep: boolean): Promise<void> => {
    const group = contender.subject.id
    const before = await contender.child.ask<Usage>('usage')
    const load = await run.generator.ask<LoadResult>('run', { group, durationMs })
    const after = await contender.child.ask<Usage>('usage')
    if (keep) record(contender.row, load, after.cpuMicros - before.cpuMicros)
  }
  for (let round = -1; round < rounds; round++) {
    for (const contender of order(contenders, round)) {
      if (!alive.has(contender)) continue
      const done = await attempt(run, contender.subject, () => slice(contender, round < 0 ? warmupMs : sliceMs, round >= 0).then(() => true))
      if (done === undefined) alive.delete(contender)
    }
  }
  return [...alive].map(({ row }) => row)
}

async function withContenders(
  run: Run,
  subjects: readonly Subject[],
  prepare: (subject: Subject, started: (contender: Contender) => void) => Promise<void>,
  then: (contenders: readonly Contender[]) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const children: Contender[] = []
  const ready: Contender[] = []
  try {
    for (const subject of subjects) {
      await attempt(run, subject, async () => {
        await prepare(subject, (contender) => void children.push(contender))
        ready.push(children.at(-1) as Contender)
      })
    }
    return await then(ready)
  } finally {
    await Promise.all(children.map(({ child }) => child.stop()))
  }
}

async function echo(run: Run, scenario: EchoScenario): Promise<readonly Row[]> {
  const { servers, certificate, options } = run.bench
  const first = servers[0]?.runtime
  const subjects = scenario.firstRuntimeOnly === true ? servers.filter(({ runtime }) => runtime === first || runtime.kind === 'bun') : servers
  const count = options.quick ? Math.min(scenario.connections, 1000) : scenario.connections
  const work: Work = { kind: scenario.kind, size: scenario.size, inFlight: scenario.inFlight, deflate: scenario.deflate }
  const prepare = async (subject: Subject, started: (contender: Contender) => void): Promise<void> => {
    const contender = await contend(run, subject, { tls: scenario.tls ? certificate : undefined, deflate: scenario.deflate })
    started(contender)
    await connect(run, contender, count)
    const { compressed } = await run.generator.ask<Verified>('verify', { group: subject.id, work, floor: subject.floor })
    if (scenario.deflate && !subject.floor && !compressed) throw new Error('its answers came uncompressed')
    await run.generator.ask('prepareEcho', { group: subject.id, work, floor: subject.floor })
  }
  // More connections than one process may have descriptors for: one subject at a time.
  if (count * subjects.length <= 10_000) return withContenders(run, subjects, prepare, (contenders) => slices(run, contenders))
  const rows: Row[] = []
  for (const subject of subjects) {
    const one = await withContenders(run, [subject], prepare, (contenders) => slices(run, contenders))
    rows.push(...one)
    await run.generator.ask('close', { group: subject.id }).catch(() => {})
  }
  return rows
}

async function connect(run: Run, { subject, target }: Contender, count: number): Promise<void> {
  const extensions = await run.generator.ask<string>('open', { group: subject.id, target, count })
  if (target.deflate && !subject.floor && extensions === '') throw new Error('it does not agree on permessage-deflate')
}

function broadcast(run: Run, { size, burst, connections }: BroadcastScenario): Promise<readonly Row[]> {
  return withContenders(
    run,
    run.bench.servers,
    async (subject, started) => {
      const contender = await contend(run, subject, { mode: 'broadcast', burst, payloadBytes: size })
      started(contender)
      await connect(run, contender, connections)
      await run.generator.ask('prepareBroadcast', { group: subject.id, size, burst })
    },
    (contenders) => slices(run, contenders),
  )
}

function handshake(run: Run, { atOnce }: HandshakeScenario): Promise<readonly Row[]> {
  const { rounds, quick } = run.bench.options
  const count = quick ? 500 : 1500
  return withContenders(
    run,
    run.bench.servers,
    async (subject, started) => started(await contend(run, subject, {})),
    async (contenders) => {
      for (let round = -1; round < rounds; round++) {
        for (const { child, row, target } of order(contenders, round)) {
          const before = await child.ask<Usage>('usage')
          const load = await run.generator.ask<LoadResult>('handshakes', { target, count, atOnce })
          await new Promise((resolve) => setTimeout(resolve, 30))
          const after = await child.ask<Usage>('usage')
          if (round >= 0) record(row, { ...load, latencyMs: { p50: 0, p90: 0, p99: 0, max: 0 } }, after.cpuMicros - before.cpuMicros)
        }
      }
      for (const { row } of contenders) row.latencies.length = 0
      return contenders.map(({ row }) => row)
    },
  )
}

/** A new process a round: a heap that has grown does not shrink. */
async function memory(run: Run, scenario: MemoryScenario): Promise<readonly Row[]> {
  const { servers, certificate, options } = run.bench
  const rounds = Math.min(options.rounds, 3)
  const count = options.quick ? Math.min(1000, scenario.connections) : scenario.connections
  const work: Work = { kind: 'json', size: 1024, inFlight: 1, deflate: true }
  const rows = new Map(servers.map((subject) => [subject, newRow(subject)]))
  const failed = new Set<Subject>()
  const fill = async (contender: Contender, connections: number): Promise<void> => {
    const group = contender.subject.id
    await connect(run, contender, connections)
    if (!scenario.deflate) return
    await run.generator.ask('prepareEcho', { group, work, floor: contender.subject.floor })
    await run.generator.ask('run', { group, durationMs: 0 })
  }
  for (let round = 0; round < rounds; round++) {
    for (const subject of order(servers, round)) {
      if (failed.has(subject)) continue
      const done = await attempt(run, subject, async () => {
        const contender = await contend(run, subject, { deflate: scenario.deflate, tls: scenario.tls ? certificate : undefined })
        try {
          // Compressors that a server keeps for the next connections are to be counted, so few may be there before.
          await fill(contender, scenario.deflate ? 4 : 200)
          await run.generator.ask('close', { group: subject.id })
          const before = await contender.child.ask<Usage>('settledUsage')
          await fill(contender, count)
          const after = await contender.child.ask<Usage>('settledUsage')
          rows.get(subject)?.values.push((after.rssBytes - before.rssBytes) / 1024 / count)
          await run.generator.ask('close', { group: subject.id })
        } finally {
          await contender.child.stop()
        }
        return true
      })
      if (done === undefined) failed.add(subject)
    }
  }
  return [...rows].filter(([subject]) => !failed.has(subject)).map(([, row]) => row)
}

function stall(run: Run, { size }: StallScenario): Promise<readonly Row[]> {
  const work: Work = { kind: 'json', size, inFlight: 1, deflate: true }
  return withContenders(
    run,
    run.bench.servers,
    async (subject, started) => {
      const contender = await contend(run, subject, { deflate: true })
      started(contender)
      await connect(run, contender, 1)
      await run.generator.ask('prepareEcho', { group: subject.id, work, floor: subject.floor })
    },
    async (contenders) => {
      for (let round = -1; round < Math.min(3, run.bench.options.rounds); round++) {
        for (const { subject, child, row } of order(contenders, round)) {
          await child.ask('watchStall')
          await attempt(run, subject, () => run.generator.ask('run', { group: subject.id, durationMs: 0 }))
          const longest = await child.ask<number>('longestStall')
          if (round >= 0) row.values.push(longest)
        }
      }
      return contenders.map(({ row }) => row)
    },
  )
}

async function client(run: Run, { size, connections }: ClientScenario): Promise<readonly Row[]> {
  const { clients, options } = run.bench
  const contenders: { subject: Subject; child: Child; row: Row }[] = []
  const port = await run.generator.ask<number>('listen', { size, inFlight: 1 })
  try {
    for (const subject of clients) {
      await attempt(run, subject, async () => {
        const { child, hello } = await start(run, subject, 'clients', { hawser: subject.hawser })
        const contender = { subject, child, row: newRow(subject, hello.note) }
        try {
          await child.ask('open', { port, count: connections, size })
          contenders.push(contender)
        } catch (error) {
          await child.stop()
          throw error
        }
      })
    }
    for (let round = -1; round < options.rounds; round++) {
      for (const { child, row } of order(contenders, round)) {
        const before = await child.ask<Usage>('usage')
        const load = await child.ask<{ messages: number; wallMs: number }>('run', { durationMs: round < 0 ? options.warmupMs : options.sliceMs })
        const after = await child.ask<Usage>('usage')
        if (round < 0) continue
        row.values.push((after.cpuMicros - before.cpuMicros) / load.messages)
        row.perSecond.push((load.messages / load.wallMs) * 1000)
      }
    }
  } finally {
    await Promise.all(contenders.map(({ child }) => child.stop()))
  }
  return contenders.map(({ row }) => row)
}
