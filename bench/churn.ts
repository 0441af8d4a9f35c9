/**
 * `node --import tsx bench/churn.ts`: many connections of which some are replaced all the time, with messages
 * and faults, against hawser and ws in alternation.
 */
import { startPrograms } from './programs.ts'
import { readNumbers } from './whole-numbers.ts'
import type { CrowdResult, CrowdWork } from './load/crowd.ts'
import type { Usage } from './process-usage.ts'

const { connections, seconds, rounds } = readNumbers({
  command: 'node --import tsx bench/churn.ts',
  numbers: {
    connections: [10_000, 'open at once; a tenth of them is replaced each second'],
    seconds: [20, 'of churn'],
    rounds: [2, 'of both servers'],
  },
})
const work: CrowdWork = { ms: seconds * 1_000, replacedPerSecond: connections / 10, messagesPerSecond: connections / 2 }

interface Round {
  readonly result: CrowdResult
  readonly cpuSeconds: number
  /** Bytes of resident memory: before any connection, with all of them, after the churn, and when all are gone. */
  readonly resident: readonly [number, number, number, number]
}

const { start, stop, versions } = await startPrograms()

async function round(name: 'hawser' | 'ws', seed: number): Promise<Round> {
  const { child: server, port } = await start(name, {})
  const { child: crowd } = await start('crowd', {})
  try {
    const empty = await server.ask<Usage>('settledUsage')
    await crowd.ask('open', { port, count: connections, seed }, 180_000)
    const full = await server.ask<Usage>('settledUsage')
    const before = await server.ask<Usage>('usage')
    const result = await crowd.ask<CrowdResult>('run', work, 10 * work.ms + 60_000)
    const after = await server.ask<Usage>('usage')
    await crowd.ask('close')
    const left = await server.ask<Usage>('settledUsage')
    return {
      result,
      cpuSeconds: (after.cpuMicros - before.cpuMicros) / 1e6,
      resident: [empty.rssBytes, full.rssBytes, after.rssBytes, left.rssBytes],
    }
  } finally {
    await crowd.stop()
    await server.stop()
  }
}

console.log(`node ${process.versions.node}, ${versions}`)
console.log(
  `${connections} connections; each second ${work.replacedPerSecond} are replaced and ${work.messagesPerSecond} messages of 64 B echoed; ` +
    `${seconds} s, ${rounds} rounds`,
)
console.log(
  '\n|  | CPU, s | resident with all, MiB | after the churn | when all are gone | messages | lost | wrong | ended by the server | refused | p50 / p99, ms |',
)
console.log('|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|')
let worst = 0
try {
  for (let i = 0; i < rounds; i++) {
    for (const name of i % 2 === 0 ? (['hawser', 'ws'] as const) : (['ws', 'hawser'] as const)) {
      const { result, cpuSeconds, resident } = await round(name, i + 1)
      const [, full, after, left] = resident.map((bytes) => (bytes / 1_048_576).toFixed(0))
      if (result.refused > 0) console.error(`${name}: refused by ${JSON.stringify(result.reasons)}`)
      const { sent, lost, wrong, endedByServer, refused, latencyMs } = result
      if (name === 'hawser') worst += lost + wrong + endedByServer + refused
      console.log(
        `| ${name} | ${cpuSeconds.toFixed(2)} | ${full} | ${after} | ${left} | ${sent} | ${lost} | ${wrong} | ${endedByServer} | ${refused} | ` +
          `${latencyMs.median.toFixed(1)} / ${latencyMs.p99.toFixed(1)} |`,
      )
    }
  }
} finally {
  stop()
}
process.exitCode = worst === 0 ? 0 : 1
