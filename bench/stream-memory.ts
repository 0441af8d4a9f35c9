/**
 * `node --import tsx bench/stream-memory.ts`: the resident memory of a process while one message of 300 MB arrives, or leaves, as a stream, and while it arrives
 * as a whole: HTTP/1.1 and HTTP/2, compressed or not. Fails where a stream takes 64 MiB or more above the start.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildPrograms } from './build-programs.ts'
import { Child } from './channel.ts'
import type { Received, Sending } from './load/large-message.ts'
import { readNumbers } from './whole-numbers.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const certificates = join(root, 'packages/hawser/test/certificates')
const {
  mb,
  mib,
  rows: atMost,
} = readNumbers({
  command: 'node --import tsx bench/stream-memory.ts',
  numbers: {
    mb: [300, 'size of the message, in MB'],
    mib: [64, 'what a stream may take above the start, in MiB'],
    rows: [100, 'how many rows to measure'],
  },
})
const mebibytes = Math.ceil((mb * 1_000_000) / (1 << 20))
const points = 10

interface Row {
  readonly what: string
  readonly sending: Sending
  readonly http2?: boolean
  readonly whole?: boolean
  /** The sender is watched. */
  readonly sender?: boolean
}

const rows: readonly Row[] = [
  { what: 'received as a stream, HTTP/1.1, fragments', sending: 'fragments' },
  { what: 'received as a stream, HTTP/1.1, one compressed frame', sending: 'one compressed frame' },
  { what: 'received as a stream, HTTP/2, fragments', sending: 'fragments', http2: true },
  { what: 'received as a stream, HTTP/1.1, one frame', sending: 'one frame' },
  { what: 'received as a stream, HTTP/2, compressed fragments', sending: 'compressed fragments', http2: true },
  { what: 'sent as a stream, HTTP/1.1', sending: 'fragments', sender: true },
  { what: 'sent as a stream, HTTP/1.1, compressed', sending: 'compressed fragments', sender: true },
  { what: 'sent as a stream, HTTP/2', sending: 'fragments', http2: true, sender: true },
  { what: 'received as a whole, HTTP/1.1, fragments', sending: 'fragments', whole: true },
  { what: 'received as a whole, HTTP/1.1, one compressed frame', sending: 'one compressed frame', whole: true },
]

const programs = buildPrograms()
const setup = JSON.stringify({
  hawser: pathToFileURL(join(root, 'packages/hawser/dist/node/index.js')).href,
  tls: { key: readFileSync(join(certificates, 'localhost.key'), 'utf8'), cert: readFileSync(join(certificates, 'localhost.crt'), 'utf8') },
})
const start = async (name: string): Promise<Child> =>
  (await Child.start(name, process.execPath, ['--expose-gc', join(programs, 'load/large-message.js'), setup])).child

async function measure({ sending, http2 = false, whole = false, sender = false }: Row): Promise<Received> {
  const [receiving, sendingChild] = [await start('the receiver'), await start('the sender')]
  try {
    const port = await receiving.ask<number>('receive', { whole, secure: http2 })
    const sent = sendingChild.ask<Received>('send', { port, mebibytes, sending, http2 }, 120_000)
    const received = await receiving.ask<Received>('received', null, 120_000)
    if (received.bytes !== mebibytes << 20) throw new Error(`${received.bytes} bytes arrived`)
    const watched = await sent
    return sender ? watched : received
  } finally {
    await Promise.all([receiving.stop(), sendingChild.stop()])
  }
}

const inMib = (bytes: number): string => (bytes / (1 << 20)).toFixed(0)

/** The most at each tenth of the time. */
function curve({ samples, startBytes }: Received): string {
  return Array.from({ length: points }, (_, i) => {
    const part = samples.slice(Math.floor((i * samples.length) / points), Math.max(1, Math.ceil(((i + 1) * samples.length) / points)))
    return inMib(Math.max(...part) - startBytes)
  }).join(' ')
}

console.log(`node ${process.versions.node}, a message of ${mebibytes} MiB; resident memory above the start, in MiB\n`)
console.log('| one message | seconds | most above the start | at each tenth of the time |')
console.log('|---|---:|---:|---|')
let complaints = 0
for (const row of rows.slice(0, atMost)) {
  const result = await measure(row)
  const most = Math.max(...result.samples) - result.startBytes
  if (row.whole !== true && most >= mib * (1 << 20)) complaints++
  console.log(`| ${row.what} | ${(result.ms / 1000).toFixed(1)} | ${inMib(most)} | ${curve(result)} |`)
}
if (complaints > 0) console.log(`\n${complaints} rows of streams are above ${mib} MiB`)
process.exitCode = complaints === 0 ? 0 : 1
