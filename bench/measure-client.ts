/** Runs one scenario of the client. */
import type { Child } from './channel.ts'
import { attempt, countGarbage, measuredIn, newRow, order, start } from './contenders.ts'
import type { Run } from './contenders.ts'
import type { Usage } from './process-usage.ts'
import type { Row } from './results.ts'
import type { ClientHandshakeScenario, ClientMemoryScenario, ClientScenario, Scenario } from './scenario.ts'
import type { Subject } from './subjects.ts'

interface Client {
  readonly subject: Subject
  readonly child: Child
  readonly row: Row
}

interface Done {
  readonly messages: number
  readonly wallMs: number
}

function subjectsOf(run: Run, scenario: Scenario): readonly Subject[] {
  return measuredIn(scenario, run.bench.clients)
}

async function withClients(
  run: Run,
  subjects: readonly Subject[],
  prepare: (child: Child) => Promise<unknown>,
  then: (clients: readonly Client[]) => Promise<void>,
): Promise<readonly Row[]> {
  const clients: Client[] = []
  try {
    for (const subject of subjects) {
      await attempt(run, subject, async () => {
        const { child, hello } = await start(run, subject, 'clients', { hawser: subject.hawser })
        try {
          await prepare(child)
          clients.push({ subject, child, row: newRow(subject, hello.note) })
        } catch (error) {
          await child.stop()
          throw error
        }
      })
    }
    await then(clients)
  } finally {
    await Promise.all(clients.map(({ child }) => child.stop()))
  }
  return clients.map(({ row }) => row)
}

async function measureSlice({ child, row }: Client, work: () => Promise<Done>, keep: boolean): Promise<void> {
  const before = await child.ask<Usage>('usage')
  const { messages, wallMs } = await work()
  const after = await child.ask<Usage>('usage')
  if (!keep) return
  row.values.push((after.cpuMicros - before.cpuMicros) / messages)
  row.perSecond.push((messages / wallMs) * 1000)
}

export async function client(run: Run, scenario: ClientScenario): Promise<readonly Row[]> {
  const { size, connections } = scenario
  const { rounds, sliceMs, warmupMs } = run.bench.options
  const port = await run.generator.ask<number>('listen', { size, inFlight: 1 })
  return withClients(
    run,
    subjectsOf(run, scenario),
    (child) => child.ask('open', { port, count: connections, size }),
    async (clients) => {
      for (let round = -1; round < rounds; round++) {
        for (const it of order(clients, round)) {
          await measureSlice(it, () => it.child.ask<Done>('run', { durationMs: round < 0 ? warmupMs : sliceMs }), round >= 0)
        }
      }
      for (const it of clients) {
        if (it.subject.runtime.kind !== 'node') continue
        await countGarbage(it, async (durationMs) => (await it.child.ask<Done>('run', { durationMs })).messages)
      }
    },
  )
}

/** Clients that can end a connection at once, as the floor does; the WHATWG interface cannot. */
function terminating(subjects: readonly Subject[]): readonly Subject[] {
  return subjects.filter(({ program }) => ['floor', 'ws', 'hawser'].includes(program))
}

export async function clientHandshake(run: Run, scenario: ClientHandshakeScenario): Promise<readonly Row[]> {
  const { rounds, quick } = run.bench.options
  const count = quick ? Math.ceil(scenario.count / 4) : scenario.count
  const port = await run.generator.ask<number>('listen', { size: 64, inFlight: 1 })
  const shake = async (child: Child, number: number): Promise<Done> => await child.ask<Done>('handshakes', { port, count: number })
  return withClients(
    run,
    terminating(subjectsOf(run, scenario)),
    async (child) => {
      for (let i = 0; i < 6; i++) await shake(child, count)
    },
    async (clients) => {
      for (let round = 0; round < rounds; round++) for (const it of order(clients, round)) await measureSlice(it, () => shake(it.child, count), true)
      for (const it of clients) await countGarbage(it, async () => (await shake(it.child, count)).messages)
    },
  )
}

/** A new process a round: a heap that has grown does not shrink. */
export async function clientMemory(run: Run, scenario: ClientMemoryScenario): Promise<readonly Row[]> {
  const { memoryRounds, quick } = run.bench.options
  const count = quick ? Math.min(1000, scenario.connections) : scenario.connections
  const port = await run.generator.ask<number>('listen', { size: 64, inFlight: 1 })
  const subjects = subjectsOf(run, scenario).filter(({ program }) => program !== 'hawser-web')
  const rows = new Map(subjects.map((subject) => [subject, newRow(subject)]))
  for (let round = 0; round < memoryRounds; round++) {
    for (const subject of order(subjects, round)) {
      await attempt(run, subject, async () => {
        const { child } = await start(run, subject, 'clients', { hawser: subject.hawser })
        try {
          // Code that the first connections load is not part of a connection.
          await child.ask('open', { port, count: 100, size: 64 })
          const before = await child.ask<Usage>('settledUsage')
          await child.ask('open', { port, count, size: 64 })
          const after = await child.ask<Usage>('settledUsage')
          rows.get(subject)?.values.push((after.rssBytes - before.rssBytes) / 1024 / count)
          const returned = await child.ask<Usage>('returnedUsage')
          rows.get(subject)?.returned.push((returned.rssBytes - before.rssBytes) / 1024 / count)
        } finally {
          await child.stop()
        }
      })
    }
  }
  return [...rows.values()].filter(({ values }) => values.length === memoryRounds)
}
