/**
 * Ways to echo 64 bytes over a `net.Socket` with public API only, against the plainest: `node --import tsx bench/micro/socket.ts [rounds]`. CPU time of the
 * server process in paired rounds, 100 connections with one message in flight.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import * as net from 'node:net'
import { fileURLToPath } from 'node:url'

const ways: Readonly<Record<string, (socket: net.Socket) => void>> = {
  plain: (socket) => void socket.on('data', (chunk) => socket.write(chunk)),
  'own push': (socket) => {
    socket.push = (chunk: unknown, encoding?: BufferEncoding) =>
      chunk instanceof Uint8Array ? (socket.write(chunk), true) : net.Socket.prototype.push.call(socket, chunk, encoding)
    socket.resume()
  },
  'readable events': (socket) => {
    socket.on('readable', () => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) socket.write(chunk)
    })
  },
  'corked write': (socket) => {
    socket.on('data', (chunk) => {
      socket.cork()
      socket.write(chunk)
      socket.uncork()
    })
  },
  'write of a string': (socket) => void socket.on('data', (chunk: Buffer) => socket.write(chunk.toString('latin1'), 'latin1')),
  'write with a callback': (socket) => {
    const done = (): void => undefined
    socket.on('data', (chunk) => socket.write(chunk, done))
  },
  'small high-water mark': (socket) => void socket.on('data', (chunk) => socket.write(chunk)),
}

if (process.send !== undefined) {
  const way = process.argv[2] ?? ''
  const options = way === 'small high-water mark' ? { noDelay: true, highWaterMark: 1024 } : { noDelay: true }
  const server = net.createServer(options, (socket) => {
    socket.on('error', () => undefined)
    ways[way]?.(socket)
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => process.send?.((server.address() as net.AddressInfo).port))
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
} else await compare(Number(process.argv[2] ?? 15))

interface Contender {
  readonly way: string
  readonly child: ChildProcess
  readonly links: net.Socket[]
  readonly values: number[]
  answered: number
  running: boolean
}

async function compare(rounds: number): Promise<void> {
  const message = Buffer.alloc(64, 'a')
  const inbox = Buffer.alloc(65_536)
  const contenders: Contender[] = []
  for (const way of Object.keys(ways)) {
    const child = fork(fileURLToPath(import.meta.url), [way])
    const contender: Contender = { way, child, links: [], values: [], answered: 0, running: false }
    const port = await next(child)
    for (let i = 0; i < 100; i++) {
      const callback = (): boolean => {
        contender.answered++
        if (contender.running) link.write(message)
        return true
      }
      const link = net.connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: inbox, callback } })
      await new Promise((resolve) => link.once('connect', resolve))
      contender.links.push(link)
    }
    contenders.push(contender)
  }
  // Never sleeps, so that no write of a server has to wake it.
  const spin = (): void => void setImmediate(spin)
  spin()
  for (let round = -2; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const [cpu, answered] = [await usage(contender.child), contender.answered]
      contender.running = true
      for (const link of contender.links) link.write(message)
      await new Promise((resolve) => setTimeout(resolve, 300))
      contender.running = false
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (round >= 0) contender.values.push(((await usage(contender.child)) - cpu) / (contender.answered - answered))
    }
  }
  const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
  const plain = contenders[0]?.values ?? []
  for (const { way, values } of contenders) {
    const ratios = values.map((value, i) => value / (plain[i] ?? Number.NaN))
    console.log(
      `${way.padEnd(22)} ${median(values).toFixed(2)} µs  × plain ${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    )
  }
  for (const { child } of contenders) child.kill()
  process.exit(0)
}

function next(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('message', (value) => resolve(Number(value))))
}

function usage(child: ChildProcess): Promise<number> {
  const answer = next(child)
  child.send('usage')
  return answer
}
