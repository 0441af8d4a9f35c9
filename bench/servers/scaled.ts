/** One echo server in several processes: by `reusePort`, or by node:cluster. */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import cluster from 'node:cluster'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type * as Hawser from '../../packages/hawser/src/index.ts'
import { answer } from '../channel.ts'
import { usage } from '../process-usage.ts'

export interface ScaledSetup {
  readonly by: 'reusePort' | 'cluster'
  readonly processes: number
  readonly hawser: string
}

export interface ScaledUsage {
  readonly cpuMicros: number
  /** The figures of each process. */
  readonly connections: readonly number[]
}

const setup = JSON.parse(process.argv[2] ?? 'null') as ScaledSetup

async function work(port: number): Promise<void> {
  const { serve } = (await import(setup.hawser)) as typeof Hawser
  const server = await serve({
    port,
    ...(setup.by === 'reusePort' ? { reusePort: true } : {}),
    message(socket, data) {
      socket.send(data)
    },
  })
  process.on('message', () => process.send?.({ ...usage(), connections: server.connections.size }))
  process.send?.({ port: server.port })
}

async function ask(worker: ChildProcess): Promise<any> {
  const answered = once(worker, 'message')
  worker.send('usage')
  return (await answered)[0]
}

async function lead(): Promise<void> {
  const workers: ChildProcess[] = []
  let port = 0
  let bound = 0
  for (let i = 0; i < setup.processes; i++) {
    const env = { HAWSER_PORT: String(port) }
    const program = fileURLToPath(import.meta.url)
    const worker = setup.by === 'cluster' ? cluster.fork(env).process : fork(program, process.argv.slice(2), { env: { ...process.env, ...env } })
    workers.push(worker)
    const [ready] = await once(worker, 'message')
    // node:cluster gives all workers that ask for port 0 the same one.
    if (setup.by === 'reusePort') port = (ready as { port: number }).port
    bound = (ready as { port: number }).port
  }
  process.on('exit', () => {
    for (const worker of workers) worker.kill()
  })
  answer(
    { port: bound },
    {
      async usage(): Promise<ScaledUsage> {
        const all = await Promise.all(workers.map(ask))
        return {
          cpuMicros: all.reduce((sum, { cpuMicros }) => sum + Number(cpuMicros), usage().cpuMicros),
          connections: all.map(({ connections }) => connections),
        }
      },
    },
  )
}

if (process.send === undefined) await lead()
else await work(Number(process.env['HAWSER_PORT']))
