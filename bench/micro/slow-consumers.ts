/**
 * What a message of 1 KiB costs when `limits.sendBuffer` is reached, in each mode of `slowConsumer`, next to a message that is sent:
 * `node --import tsx bench/micro/slow-consumers.ts`. CPU time of a thousand messages, the median of 51 rounds.
 */
import process from 'node:process'
import { pair, settle } from '../../packages/hawser/src/testing/index.ts'
import type { SlowConsumer } from '../../packages/hawser/src/connection/socket.ts'

const messages = 1000
const rounds = 51
const message = 'x'.repeat(1024)

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function median(round: () => void | Promise<void>, between: () => void | Promise<void>): Promise<number> {
  const values: number[] = []
  for (let i = 0; i < rounds; i++) {
    const before = cpuMicroseconds()
    await round()
    values.push(cpuMicroseconds() - before)
    await between()
  }
  return values.toSorted((a, b) => a - b)[rounds >> 1] as number
}

/** A socket whose peer takes nothing, with `limits.sendBuffer` full. */
async function full(slowConsumer: SlowConsumer): Promise<ReturnType<typeof pair>['client']> {
  const { client, server } = pair({
    capacity: 1000,
    client: { slowConsumer, limits: { sendBuffer: 20_000, highWaterMark: 10_000 }, keepalive: false },
  })
  server.pause()
  client.send(message)
  await settle()
  const keyed = slowConsumer === 'coalesce'
  for (let i = 0; client.bufferedAmount < 18_000; i++) client.send(message, keyed ? { key: i } : {})
  return client as ReturnType<typeof pair>['client']
}

const rows: (readonly [string, number])[] = []

const { client: fast, server } = pair({ client: { keepalive: false } })
server.discard()
rows.push([
  'sent',
  await median(
    () => {
      for (let i = 0; i < messages; i++) fast.send(message)
    },
    () => fast.drained.then(settle),
  ),
])
for (const slowConsumer of ['drop-newest', 'drop-oldest', 'coalesce', 'wait'] as const) {
  const client = await full(slowConsumer)
  const round = (): void => {
    for (let i = 0; i < messages; i++) client.send(message, { key: i % 5 })
  }
  rows.push([slowConsumer, await median(round, settle)])
}
const ends: number[] = []
for (let i = 0; i < rounds; i++) {
  const closing = await Promise.all(Array.from({ length: 20 }, () => full('close')))
  const before = cpuMicroseconds()
  for (const client of closing) while (client.send(message) !== 'closed');
  ends.push((cpuMicroseconds() - before) * (messages / closing.length))
}
rows.push(['close, with its connection', ends.toSorted((a, b) => a - b)[rounds >> 1] as number])

for (const [name, microseconds] of rows) console.log(`${name.padEnd(28)} ${(microseconds / 1000).toFixed(2)} ms for ${messages}`)
process.exit(0)
