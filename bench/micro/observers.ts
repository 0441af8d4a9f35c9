/**
 * What an observer costs: an echo of 64 bytes, and of 1 KiB, over loopback with sixteen in flight, without an observer, with some, and with the page of
 * `inspect`. `node --import tsx bench/micro/observers.ts`. CPU time of a message at both ends, of which one is observed, the median of 21 rounds in turn.
 */
import process from 'node:process'
import { connect, permessageDeflate, serve } from '../../packages/hawser/src/index.ts'
import type { Observer, Socket } from '../../packages/hawser/src/index.ts'
import { inspect } from '../../packages/hawser/src/inspect/index.ts'

const messages = 4000
const inFlight = 16
const rounds = 21

const observers: Readonly<Record<string, () => Observer | undefined>> = {
  'no observer': () => undefined,
  'handshakes only': () => ({ handshake: () => undefined }),
  frames: () => ({ connection: () => ({ frame: () => undefined }) }),
  'frames with 4 KiB of payload': () => ({ connection: () => ({ payloadBytes: 4096, frame: () => undefined }) }),
  'the page of inspect': () => inspect(null).observer,
}

interface Run {
  readonly name: string
  readonly values: number[]
  round(): Promise<void>
}

async function open(name: string, size: number, compress: boolean): Promise<Run> {
  const observe = observers[name]?.()
  const extensions = compress ? [permessageDeflate({ threshold: 0 })] : []
  const server = await serve({ extensions, message: (socket, data) => void socket.send(data), ...(observe === undefined ? {} : { observe }) })
  let received: () => void = () => undefined
  const socket: Socket = await connect(server.url, { extensions, message: () => received() })
  const message = `${'the same old text '.repeat(size / 16)}`.slice(0, size)
  const round = (): Promise<void> =>
    new Promise((resolve) => {
      let [sent, echoed] = [0, 0]
      received = () => {
        if (++echoed === messages) resolve()
        else if (sent < messages) {
          sent++
          socket.send(message)
        }
      }
      for (; sent < inFlight; sent++) socket.send(message)
    })
  return { name, values: [], round }
}

for (const [what, size, compress] of [
  ['64 bytes', 64, false],
  ['1 KiB', 1024, false],
  ['1 KiB, compressed', 1024, true],
] as const) {
  const runs: Run[] = []
  for (const name of Object.keys(observers)) runs.push(await open(name, size, compress))
  for (let index = -2; index < rounds; index++) {
    for (const { values, round } of runs) {
      const before = process.cpuUsage()
      await round()
      const { user, system } = process.cpuUsage(before)
      if (index >= 0) values.push((user + system) / messages)
    }
  }
  for (const { name, values } of runs) {
    console.log(`${what.padEnd(18)} ${name.padEnd(30)} ${(values.toSorted((a, b) => a - b)[rounds >> 1] as number).toFixed(2)} µs`)
  }
}
process.exit(0)
