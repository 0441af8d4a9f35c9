/**
 * `node --import tsx bench/stall.ts`: a server whose event loop is blocked, and clients whose process is stopped, for five seconds
 * with traffic: how long until everything is delivered, and what is lost. hawser and ws in the same run.
 */
import type { CrowdResult, CrowdWork } from './load/crowd.ts'
import { startPrograms } from './programs.ts'
import { readNumbers } from './whole-numbers.ts'

const { connections, ms: stallMs } = readNumbers({
  command: 'node --import tsx bench/stall.ts',
  numbers: { connections: [1_000, 'open at once'], ms: [5_000, 'how long the stall lasts'] },
})
const leadMs = 2_000
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

interface Recovery {
  readonly messages: number
  readonly recoveryMs: number
  readonly lost: number
  readonly ended: number
}

const { start, stop, versions } = await startPrograms()

/** Keepalive is so short that it would end every connection if the time of the stall counted as silence of the peers. */
async function blockedServer(name: 'hawser' | 'ws'): Promise<Recovery> {
  const { child: server, port } = await start(name, { keepalive: { intervalMs: stallMs / 5, timeoutMs: stallMs / 5 } })
  const { child: crowd } = await start('crowd', {})
  await crowd.ask('open', { port, count: connections, seed: 1 }, 180_000)
  const work: CrowdWork = { ms: leadMs + stallMs + leadMs, replacedPerSecond: 0, messagesPerSecond: connections }
  const running = crowd.ask<CrowdResult>('run', work, 10 * work.ms + 60_000)
  await pause(leadMs)
  await server.ask('block', stallMs)
  const recoveryMs = await timed(() => crowd.ask('settled'))
  const { sent, lost, wrong, endedByServer } = await running
  await Promise.all([crowd.stop(), server.stop()])
  return { messages: sent, recoveryMs, lost: lost + wrong, ended: endedByServer }
}

/** Each message goes to every connection of a process that is stopped; its sender is another process. */
async function stoppedClients(name: 'hawser' | 'ws'): Promise<Recovery> {
  const { child: server, port } = await start(name, { mode: 'broadcast', keepalive: { intervalMs: 20_000, timeoutMs: 20_000 } })
  const { child: crowd } = await start('crowd', {})
  const { child: sender } = await start('crowd', {})
  await crowd.ask('open', { port, count: connections, seed: 1 }, 180_000)
  await crowd.ask('count')
  await sender.ask('open', { port, count: 1, seed: 1 })
  const work: CrowdWork = { ms: leadMs + stallMs + leadMs, replacedPerSecond: 0, messagesPerSecond: 20 }
  const running = sender.ask<CrowdResult>('run', work, 10 * work.ms + 60_000)
  await pause(leadMs)
  crowd.signal('SIGSTOP')
  await pause(stallMs)
  const sentByThen = await sender.ask<number>('sent')
  const recoveryMs = await timed(() => {
    crowd.signal('SIGCONT')
    return crowd.ask('reached', sentByThen)
  })
  const { sent, lost, wrong } = await running
  await crowd.ask('reached', sent)
  const received = await crowd.ask<{ fewest: number; most: number; connections: number }>('received')
  await Promise.all([crowd.stop(), sender.stop(), server.stop()])
  const unequal = received.fewest === sent && received.most === sent ? 0 : Math.max(sent - received.fewest, received.most - sent)
  return { messages: sent * connections, recoveryMs, lost: lost + wrong + unequal, ended: connections - received.connections }
}

console.log(`node ${process.versions.node}, ${versions}; ${connections} connections, a stall of ${stallMs} ms\n`)
console.log('|  |  | messages | delivered after the stall within, ms | lost | connections ended |')
console.log('|---|---|---:|---:|---:|---:|')
let complaints = 0
try {
  for (const [what, measure] of [
    ["the server's event loop is blocked", blockedServer],
    ['the process of the clients is stopped', stoppedClients],
  ] as const) {
    for (const name of ['hawser', 'ws'] as const) {
      const { messages, recoveryMs, lost, ended } = await measure(name)
      if (name === 'hawser') complaints += lost + ended
      console.log(`| ${what} | ${name} | ${messages} | ${recoveryMs.toFixed(0)} | ${lost} | ${ended} |`)
    }
  }
} finally {
  stop()
}
process.exitCode = complaints === 0 ? 0 : 1
