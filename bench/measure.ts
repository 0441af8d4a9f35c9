/** Runs one scenario, by its type. */
import { join } from 'node:path'
import { Child } from './channel.ts'
import { attempt, connect, contend, countGarbage, newRow, order, record, serversOf, slices, withContenders } from './contenders.ts'
import type { Bench, Contender, Run } from './contenders.ts'
import type { LoadResult } from './load/echo.ts'
import type { Target } from './load/link.ts'
import type { Verified } from './load/verify.ts'
import type { Work } from './load/work.ts'
import type { Usage } from './process-usage.ts'
import type { Row, ScenarioResult } from './results.ts'
import { client, clientHandshake, clientMemory } from './measure-client.ts'
import type { BroadcastScenario, EchoScenario, HandshakeScenario, MemoryScenario, Scenario, StallScenario, TransferScenario } from './scenario.ts'
import type { Subject } from './subjects.ts'

export async function measure(bench: Bench, scenario: Scenario): Promise<ScenarioResult[]> {
  const failures: string[] = []
  const { child: generator } = await Child.start('load generator', process.execPath, [join(bench.programs, 'load/generator.js')])
  try {
    const run = { bench, generator, failures }
    const result = { scenario, unit: units[scenario.type] ?? 'µs', rows: await rowsOf(run, scenario), failures } as const
    return [result, ...returnedOf(result)]
  } finally {
    await generator.stop()
  }
}

/** A second result of the memory of connections: what remains once the runtime has returned to the system what it does not use. */
function returnedOf(result: ScenarioResult): ScenarioResult[] {
  const { scenario } = result
  const rows = result.rows.filter(({ returned }) => returned.length > 0)
  if (rows.length === 0) return []
  const title = `${scenario.title}, after a collection that returns memory`
  return [
    {
      ...result,
      scenario: { ...scenario, name: `${scenario.name}-returned`, title },
      rows: rows.map((row) => ({ ...row, values: row.returned, returned: [] })),
      failures: [],
    },
  ]
}

const units: Readonly<Partial<Record<Scenario['type'], ScenarioResult['unit']>>> = {
  memory: 'kB',
  'client-memory': 'kB',
  stall: 'ms',
  transfer: 'MB/s',
}

function rowsOf(run: Run, scenario: Scenario): Promise<readonly Row[]> {
  switch (scenario.type) {
    case 'echo':
      return echo(run, scenario)
    case 'broadcast':
      return broadcast(run, scenario)
    case 'handshake':
      return handshake(run, scenario)
    case 'memory':
      return memory(run, scenario)
    case 'stall':
      return stall(run, scenario)
    case 'transfer':
      return transfer(run, scenario)
    case 'client':
      return client(run, scenario)
    case 'client-handshake':
      return clientHandshake(run, scenario)
    case 'client-memory':
      return clientMemory(run, scenario)
  }
}

async function echo(run: Run, scenario: EchoScenario): Promise<readonly Row[]> {
  const { certificate, options } = run.bench
  const servers = serversOf(run, scenario)
  const first = servers[0]?.runtime
  const subjects = scenario.firstRuntimeOnly === true ? servers.filter(({ runtime }) => runtime === first || runtime.kind === 'bun') : servers
  const count = options.quick ? Math.min(scenario.connections, 1000) : scenario.connections
  const work: Work = { kind: scenario.kind, size: scenario.size, inFlight: scenario.inFlight, deflate: scenario.deflate }
  const prepare = async (subject: Subject, started: (contender: Contender) => void): Promise<void> => {
    const contender = await contend(run, subject, {
      tls: scenario.tls ? certificate : undefined,
      deflate: scenario.deflate,
      payloadBytes: scenario.size,
    })
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

function broadcast(run: Run, scenario: BroadcastScenario): Promise<readonly Row[]> {
  const { kind, size, burst, each, connections } = scenario
  return withContenders(
    run,
    serversOf(run, scenario),
    async (subject, started) => {
      const contender = await contend(run, subject, { mode: 'broadcast', burst, each, payloadBytes: size })
      started(contender)
      await connect(run, contender, connections)
      await run.generator.ask('prepareBroadcast', { group: subject.id, kind, size, burst })
    },
    (contenders) => slices(run, contenders),
  )
}

function handshake(run: Run, scenario: HandshakeScenario): Promise<readonly Row[]> {
  const { atOnce, hooks, tls, count: usual } = scenario
  const { rounds, quick } = run.bench.options
  const { certificate } = run.bench
  const count = quick ? Math.ceil(usual / 2) : usual
  // Over HTTP/1.1 the same is measured in the group `tls`.
  const subjects = serversOf(run, scenario).filter(({ http2 }) => http2 === (scenario.group === 'http2'))
  const shake = (target: Target, number: number): Promise<LoadResult> =>
    run.generator.ask<LoadResult>('handshakes', { target, count: number, atOnce })
  return withContenders(
    run,
    subjects,
    async (subject, started) => started(await contend(run, subject, { hooks, deflate: hooks, tls: tls ? certificate : undefined })),
    async (contenders) => {
      // Node optimizes this path after some thousand handshakes; the measurement begins after the first seconds of a server.
      for (const { target } of contenders) for (let i = target.tls && !target.http2 ? 4 : 12; i > 0; i--) await shake(target, count)
      for (let round = 0; round < rounds; round++) {
        for (const { child, row, target } of order(contenders, round)) {
          const before = await child.ask<Usage>('usage')
          const load = await shake(target, count)
          await new Promise((resolve) => setTimeout(resolve, 30))
          const after = await child.ask<Usage>('usage')
          record(row, { ...load, latencyMs: { p50: 0, p90: 0, p99: 0, max: 0 } }, after.cpuMicros - before.cpuMicros)
        }
      }
      for (const contender of contenders) {
        contender.row.latencies.length = 0
        if (contender.subject.runtime.kind === 'node') await countGarbage(contender, async () => (await shake(contender.target, count)).messages)
      }
      return contenders.map(({ row }) => row)
    },
  )
}

/** A new process a round: a heap that has grown does not shrink. */
async function memory(run: Run, scenario: MemoryScenario): Promise<readonly Row[]> {
  const { certificate, options } = run.bench
  const servers = serversOf(run, scenario)
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
  for (let round = 0; round < options.memoryRounds; round++) {
    for (const subject of order(servers, round)) {
      if (failed.has(subject)) continue
      const done = await attempt(run, subject, async () => {
        const contender = await contend(run, subject, { deflate: scenario.deflate, tls: scenario.tls ? certificate : undefined })
        try {
          // Compressors that a server keeps for later connections must be counted, so few may exist before.
          await fill(contender, scenario.deflate ? 4 : 200)
          await run.generator.ask('close', { group: subject.id })
          const before = await contender.child.ask<Usage>('settledUsage')
          await fill(contender, count)
          const after = await contender.child.ask<Usage>('settledUsage')
          rows.get(subject)?.values.push((after.rssBytes - before.rssBytes) / 1024 / count)
          if (subject.runtime.kind === 'node') {
            const returned = await contender.child.ask<Usage>('returnedUsage')
            rows.get(subject)?.returned.push((returned.rssBytes - before.rssBytes) / 1024 / count)
          }
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

async function transfer(run: Run, scenario: TransferScenario): Promise<readonly Row[]> {
  const { certificate, options } = run.bench
  const { direction, windows } = scenario
  const size = options.quick ? Math.min(scenario.size, 20_000_000) : scenario.size
  // The windows have no effect on TLS with HTTP/1.1: one of the scenarios is enough.
  const subjects = serversOf(run, scenario).filter(({ http2 }) => http2 || windows.stream === 262_144)
  return withContenders(
    run,
    subjects,
    async (subject, started) => {
      const contender = await contend(run, subject, { mode: 'transfer', tls: certificate, payloadBytes: size, maxMessage: 256 << 20, windows })
      started(contender)
      await connect(run, contender, 1)
      await run.generator.ask('prepareTransfer', { group: subject.id, direction, size })
    },
    async (contenders) => {
      for (let round = -1; round < options.rounds; round++) {
        for (const { subject, row } of order(contenders, round)) {
          const load = await run.generator.ask<LoadResult>('run', { group: subject.id, durationMs: 0 })
          if (round >= 0) row.values.push(size / 1000 / load.wallMs)
        }
      }
      return contenders.map(({ row }) => row)
    },
  )
}
