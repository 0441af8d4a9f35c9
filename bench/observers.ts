/**
 * The CPU time of an echoed message without an observer, with a subscriber of the channel of frames, and with Metrics: server and client in one process, so
 * each message passes both ends twice. node --import tsx bench/observers.ts
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { connect, Metrics, serve } from 'hawser'

const messages = 60_000
const inFlight = 16
const rounds = 9
const payload = 'a'.repeat(64)
const ignore = (): void => {}

async function measure(observe?: Metrics): Promise<number> {
  const options = observe === undefined ? {} : { observe }
  const server = await serve({ port: 0, message: (socket, message) => void socket.send(message), ...options })
  let left = messages
  let done: () => void = () => {}
  const finished = new Promise<void>((resolve) => {
    done = resolve
  })
  const socket = await connect(server.url, {
    ...options,
    message(one) {
      left -= 1
      if (left === 0) done()
      else if (left >= inFlight) one.send(payload)
    },
  })
  const before = process.cpuUsage()
  for (let sent = 0; sent < inFlight; sent++) socket.send(payload)
  await finished
  const { user, system } = process.cpuUsage(before)
  await socket.close()
  await server.close()
  return (user + system) / messages
}

const modes: Readonly<Record<string, () => Promise<number>>> = {
  'no observer': () => measure(),
  'a subscriber of hawser:frame': async () => {
    subscribe('hawser:frame', ignore)
    const cost = await measure()
    unsubscribe('hawser:frame', ignore)
    return cost
  },
  Metrics: () => measure(new Metrics()),
}

const costs = new Map<string, number[]>(Object.keys(modes).map((name) => [name, []]))
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of Object.entries(modes)) {
    const cost = await run()
    // The first round warms up
    if (round > 0) costs.get(name)?.push(cost)
  }
}
const median = (values: readonly number[]): number => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
const base = median(costs.get('no observer') ?? [])
for (const [name, values] of costs) {
  const cost = median(values)
  console.log(`${name}: ${cost.toFixed(2)} µs for each echoed message, ${(cost / base).toFixed(2)} times that without an observer`)
}
