/** Starts and checks subjects, and measures them in alternation, in paired rounds. */
import { join } from 'node:path'
import { Child } from './channel.ts'
import type { LoadResult } from './load/echo.ts'
import type { Target } from './load/link.ts'
import type { Options } from './options.ts'
import type { Usage } from './process-usage.ts'
import { textFloor } from './results.ts'
import type { Row } from './results.ts'
import type { ServerHello, ServerSetup } from './servers/setup.ts'
import type { Scenario } from './scenario.ts'
import type { Subject } from './subjects.ts'

export interface Bench {
  readonly options: Options
  /** Folder of the built programs. */
  readonly programs: string
  readonly certificate: { readonly key: string; readonly cert: string }
  readonly servers: readonly Subject[]
  readonly clients: readonly Subject[]
  /** For the scenarios over HTTP/2. */
  readonly streams: readonly Subject[]
  /** `ws` and `@hawser/ws`, with the same programs. */
  readonly dropIns: readonly Subject[]
}

/** One subject, started and ready to be measured. */
export interface Contender {
  readonly subject: Subject
  readonly row: Row
  readonly child: Child
  readonly target: Target
}

const largest = 32 << 20

export interface Run {
  readonly bench: Bench
  readonly generator: Child
  readonly failures: string[]
}

export function start(run: Run, subject: Subject, folder: 'servers' | 'clients', setup: object): Promise<{ child: Child; hello: ServerHello }> {
  const { command, args, kind } = subject.runtime
  const { profile } = run.bench.options
  const profiled = profile !== undefined && kind === 'node' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []
  const program = join(run.bench.programs, folder, `${subject.program}.js`)
  return Child.start(subject.id, command, [...args, ...profiled, program, JSON.stringify(setup)])
}

export async function contend(run: Run, subject: Subject, choice: Partial<ServerSetup>): Promise<Contender> {
  const tls = choice.tls
  const setup: ServerSetup = {
    mode: 'echo',
    burst: 1,
    each: false,
    payloadBytes: 0,
    deflate: false,
    hooks: false,
    maxMessage: largest,
    windows: undefined,
    hawser: subject.hawser,
    ...choice,
    tls,
  }
  const { child, hello } = await start(run, subject, 'servers', setup)
  return {
    subject,
    child,
    row: newRow(subject, hello.note),
    target: {
      port: hello.port,
      tls: tls !== undefined,
      deflate: setup.deflate,
      browser: setup.hooks,
      http2: subject.http2,
      socketIo: subject.program === 'socket.io',
    },
  }
}

export function serversOf({ bench }: Run, scenario: Scenario): readonly Subject[] {
  if (scenario.group !== 'ws') return measuredIn(scenario, scenario.group === 'http2' ? bench.streams : bench.servers)
  const isSocketIo = 'kind' in scenario && scenario.kind === 'socket.io'
  return isSocketIo ? bench.dropIns.map((subject) => ({ ...subject, program: 'socket.io' })) : bench.dropIns
}

/** The floor that makes strings is for texts that are echoed as they come. */
export function measuredIn(scenario: Scenario, subjects: readonly Subject[]): readonly Subject[] {
  const hasStrings =
    scenario.type === 'client' || (scenario.type === 'echo' && scenario.kind === 'text' && !scenario.deflate && scenario.x === undefined)
  return subjects.filter(({ name, runtime }) => (scenario.nodeOnly !== true || runtime.kind === 'node') && (name !== textFloor || hasStrings))
}

export function newRow(subject: Subject, note = ''): Row {
  return {
    name: subject.name,
    runtime: subject.runtime.name,
    floor: subject.floor,
    values: [],
    returned: [],
    latencies: [],
    perSecond: [],
    generatorShare: [],
    garbage: undefined,
    note,
  }
}

/** A subject that fails is omitted from its scenario, with a message. */
export async function attempt<T>(run: Run, subject: Subject, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    run.failures.push(`${subject.id}: ${error instanceof Error ? error.message.split('\n').slice(0, 12).join('\n') : String(error)}`)
    return undefined
  }
}

export function record(row: Row, load: LoadResult, cpuMicros: number): void {
  row.values.push(cpuMicros / load.messages)
  row.latencies.push(load.latencyMs)
  row.perSecond.push((load.messages / load.wallMs) * 1000)
  row.generatorShare.push(1 - load.idleMs / load.wallMs)
}

/** Shorter than the others: it counts, and what it counts repeats. */
const garbageMs = 120

/** Counts the garbage of the work that `slice` does; it returns the number of messages. */
export async function countGarbage({ child, row }: Pick<Contender, 'child' | 'row'>, slice: (durationMs: number) => Promise<number>): Promise<void> {
  await child.ask('watchGarbage')
  const messages = await slice(garbageMs)
  const bytes = await child.ask<number | null>('garbage')
  row.garbage = bytes === null ? undefined : bytes / messages
}

/** Alternates the direction, so that drift within a round cancels out over two rounds. */
export function order<T>(items: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? items : items.toReversed()
}

export async function slices(run: Run, contenders: readonly Contender[]): Promise<readonly Row[]> {
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
  for (const contender of alive) {
    if (contender.subject.runtime.kind !== 'node') continue
    const ask = (durationMs: number): Promise<LoadResult> => run.generator.ask<LoadResult>('run', { group: contender.subject.id, durationMs })
    await attempt(run, contender.subject, () => countGarbage(contender, async (durationMs) => (await ask(durationMs)).messages))
  }
  return [...alive].map(({ row }) => row)
}

export async function withContenders(
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

export async function connect(run: Run, { subject, target }: Contender, count: number): Promise<void> {
  const extensions = await run.generator.ask<string>('open', { group: subject.id, target, count })
  if (target.deflate && !subject.floor && extensions === '') throw new Error('it does not agree on permessage-deflate')
}
