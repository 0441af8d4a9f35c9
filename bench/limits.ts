/**
 * `node --import tsx bench/limits.ts [--hits N] [--only NAME] [--write]`: a hostile client hits each limit a thousand times; the server's CPU time for each hit,
 * and what its heap keeps afterwards. `--write` puts the table into docs/limits.md. Build first.
 */
import { execFileSync, fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import * as net from 'node:net'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { hits } from './hostile/hits.ts'
import type { Hit } from './hostile/hits.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs/limits.md')
const warmupHits = 200

interface Usage {
  readonly cpuMicros: number
  readonly heapBytes: number
  readonly connections: number
}

interface Cost {
  readonly hit: Hit
  readonly micros: number
  readonly heapBytes: number
}

const { values } = parseArgs({ options: { hits: { type: 'string', default: '1000' }, only: { type: 'string' }, write: { type: 'boolean' } } })
const count = Number(values.hits)
if (!Number.isInteger(count) || count < 1) throw new Error(`--hits: expected a whole number from 1, received ${values.hits}`)
const chosen = hits.filter(({ limit }) => values.only === undefined || limit.endsWith(values.only))
if (chosen.length === 0) throw new Error(`--only: expected one of ${hits.map(({ limit }) => limit).join(', ')}, received ${values.only}`)

async function ask(server: ChildProcess, command: 'usage' | 'settledUsage'): Promise<Usage> {
  server.send(command)
  const [usage] = (await once(server, 'message')) as [Usage]
  return usage
}

/** One hit: writes the bytes, waits for what ends it, and leaves. */
async function strike(port: number, { bytes, until }: Hit): Promise<void> {
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  const gone = once(socket, 'close')
  socket.write(bytes)
  if (until === 'nothing') {
    // The client reads nothing, and leaves when the server has given it up.
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 400))])
  } else {
    const wanted = until === undefined ? undefined : Buffer.from(until)
    let tail = Buffer.alloc(0)
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        if (wanted === undefined) return
        tail = Buffer.concat([tail, chunk])
        if (tail.includes(wanted)) resolve()
        else tail = tail.subarray(-wanted.length)
      })
      socket.on('end', resolve)
      socket.on('close', resolve)
    })
  }
  socket.destroy()
  await gone
}

async function strikes(port: number, hit: Hit, number: number): Promise<void> {
  const lanes = hit.isSlow === true ? 100 : 10
  let left = number
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (left-- > 0) await strike(port, hit)
    }),
  )
}

async function measure(hit: Hit): Promise<Cost> {
  const number = hit.isHeavy === true ? Math.ceil(count / 10) : count
  const server = fork(join(root, 'bench/hostile/server.ts'), [String(hits.indexOf(hit))], { execArgv: ['--import', 'tsx', '--expose-gc'] })
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }]
    const beside = Array.from({ length: hit.beside ?? 0 }, () => net.connect({ port, host: '127.0.0.1' }).on('error', () => undefined))
    for (const socket of beside) {
      socket.write(hit.bytes)
      await once(socket, 'data')
    }
    await strikes(port, hit, Math.min(number, warmupHits))
    const settled = async (): Promise<Usage> => {
      let usage = await ask(server, 'settledUsage')
      while (usage.connections > beside.length) usage = await ask(server, 'settledUsage')
      return usage
    }
    const before = await settled()
    await strikes(port, hit, number)
    const after = await ask(server, 'usage')
    const end = await settled()
    for (const socket of beside) socket.destroy()
    return { hit, micros: (after.cpuMicros - before.cpuMicros) / number, heapBytes: end.heapBytes - before.heapBytes }
  } finally {
    server.kill()
  }
}

function micros(value: number): string {
  return value < 10_000 ? `${Number(value.toPrecision(2))} µs` : `${Number((value / 1_000).toPrecision(2))} ms`
}

const rows = ['| limit | what the client does | CPU of the server, a hit | heap kept after all |', '|---|---|---:|---:|']
for (const hit of chosen) {
  const { micros: cost, heapBytes } = await measure(hit)
  const row = `| ${hit.limit.startsWith('no ') ? hit.limit : `\`${hit.limit}\``} | ${hit.what} | ${micros(cost)} | ${Math.round(heapBytes / 1024)} KiB |`
  console.log(row)
  rows.push(row)
}

if (values.write === true) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  const date = new Date().toISOString().slice(0, 10)
  const line = `\`node --import tsx bench/limits.ts --write\`, ${date}, ${cpus().length} cores, ${cpus()[0]?.model}, Node ${process.versions.node}, hawser ${commit}.`
  const text = readFileSync(page, 'utf8')
  const place = /(<!-- costs -->\n).*?(\n<!-- end -->)/s
  if (!place.test(text)) throw new Error('docs/limits.md has no place for the costs')
  writeFileSync(
    page,
    text.replace(place, (_, begin: string, end: string) => `${begin}${line}\n\n${rows.join('\n')}${end}`),
  )
}
