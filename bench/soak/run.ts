/**
 * `npm run soak`: mixed traffic of a seed against a server for a time, then checks that both processes hold what they held before it: heap, memory outside
 * the heap, descriptors, timers, handles, and that every connection that was opened was closed.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { loopbackNames, makeSelfSigned } from '../../packages/hawser/src/cli/self-signed.ts'
import { buildPrograms } from '../build-programs.ts'
import { Child } from '../channel.ts'
import { readNumbers } from '../whole-numbers.ts'
import type { Census } from './census.ts'
import type { Traffic } from './client.ts'
import type { SoakCounts } from './server.ts'

const bench = fileURLToPath(new URL('..', import.meta.url))

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Idle HTTP/2 sessions of the client end after ten seconds, the pools of compression after four. */
const settleMs = 14_000

/** What may differ at the end. Heap: code that V8 compiled meanwhile. Outside of it: the pool of free buffers, which keeps 8 MiB at most. */
const slack: Readonly<Record<keyof Census, number>> = {
  heapBytes: 4 << 20,
  externalBytes: 8 << 20,
  residentBytes: Number.POSITIVE_INFINITY,
  descriptors: 0,
  timers: 0,
  handles: 0,
}

const { seconds, seed, workers, paths } = readNumbers({
  command: 'npm run soak --',
  numbers: { seconds: [60, 'how long the traffic lasts'], seed: [1, 'of all choices'], workers: [24, 'sessions at once'] },
  paths: { entry: "hawser's built entry point (default packages/hawser/dist/node/index.js)" },
})
const entry = resolve(paths['entry'] ?? join(dirname(bench), 'packages/hawser/dist/node/index.js'))
if (!existsSync(entry)) {
  console.error(`no ${entry}: npm run build`)
  process.exit(2)
}
const programs = join(buildPrograms(), 'soak')
const { key, cert } = makeSelfSigned(loopbackNames)
const hawser = pathToFileURL(entry).href
const start = (name: string, setup: object): ReturnType<typeof Child.start> =>
  Child.start(name, process.execPath, ['--expose-gc', join(programs, `${name}.js`), JSON.stringify(setup)])

const { child: server, hello } = await start('server', { hawser, tls: { key: key.toString(), cert: cert.toString() } })
const { child: client } = await start('client', { hawser, ports: (hello as { ports: number[] }).ports })
const ends = { server, client } as const
type End = keyof typeof ends

async function traffic(ofSeed: number, ms: number): Promise<Traffic> {
  await client.ask('begin', { seed: ofSeed, workers })
  const until = Date.now() + ms
  for (let i = 0; Date.now() < until; i++) {
    await pause(Math.min(500, Math.max(1, until - Date.now())))
    await server.ask('broadcast', `broadcast ${i}`)
  }
  return client.ask<Traffic>('end', null, 120_000)
}

const census = async (): Promise<Record<End, Census>> => ({ server: await server.ask<Census>('census'), client: await client.ask<Census>('census') })

const complaints: string[] = []
try {
  // Whatever is made once, such as pools and compiled code, is made before the first count.
  await traffic(seed + 1, Math.max(3_000, Math.min(60_000, seconds * 250)))
  await pause(settleMs)
  const before = await census()
  const countsBefore = await server.ask<SoakCounts>('counts')
  const stalls = async (): Promise<string> =>
    `longest stall of the event loop: server ${await server.ask<number>('longestStall')} ms, client ${await client.ask<number>('longestStall')} ms`
  await stalls()
  const started = Date.now()
  const { done, failures } = await traffic(seed, seconds * 1_000)
  const lasted = Math.round((Date.now() - started) / 1_000)
  const stalled = await stalls()
  const peak = await census()
  await pause(settleMs)
  const after = await census()
  const counts = await server.ask<SoakCounts>('counts')

  console.log(`node ${process.versions.node}, seed ${seed}, ${workers} sessions at once, ${lasted} s of traffic`)
  console.log(
    Object.entries(done)
      .map(([name, times]) => `${name} ${times}`)
      .join(', '),
  )
  console.log(
    `server: ${counts.opened - countsBefore.opened} opened, ${counts.closed - countsBefore.closed} closed, ` +
      `${counts.refused - countsBefore.refused} refused, ${counts.messages - countsBefore.messages} messages`,
  )
  console.log(stalled)
  console.log(`\n${''.padEnd(24)}${'before'.padStart(10)}${'at the end'.padStart(12)}${'settled'.padStart(10)}`)
  for (const end of ['server', 'client'] as const) {
    for (const name of Object.keys(slack) as (keyof Census)[]) {
      const show = (value: number): string => (name.endsWith('Bytes') ? `${(value / 1_048_576).toFixed(2)}` : String(value))
      const label = `${end} ${name.endsWith('Bytes') ? `${name.slice(0, -5)}, MiB` : name}`
      console.log(label.padEnd(24) + show(before[end][name]).padStart(10) + show(peak[end][name]).padStart(12) + show(after[end][name]).padStart(10))
      if (after[end][name] - before[end][name] > slack[name]) {
        complaints.push(`${label}: ${show(before[end][name])} before, ${show(after[end][name])} afterwards`)
      }
    }
  }
  for (const failure of failures) complaints.push(`a session failed: ${failure}`)
  for (const error of counts.errors) complaints.push(`an error of the server: ${error}`)
  if (counts.open > 0) complaints.push(`${counts.open} connections are left`)
  if (counts.opened !== counts.closed) complaints.push(`${counts.opened} connections were opened and ${counts.closed} closed`)
} finally {
  await client.stop()
  await server.stop()
}
for (const complaint of complaints) console.error(complaint)
console.log(complaints.length === 0 ? '\nit ended where it began' : `\n${complaints.length} complaint(s)`)
process.exitCode = complaints.length === 0 ? 0 : 1
