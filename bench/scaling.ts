/** `node --import tsx bench/scaling.ts`: one echo server in one process and in two, on this runtime. */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildPrograms } from './build-programs.ts'
import { Child } from './channel.ts'
import type { LoadResult } from './load/echo.ts'
import type { Work } from './load/work.ts'
import type { ScaledSetup, ScaledUsage } from './servers/scaled.ts'

const programs = buildPrograms()
const hawser = pathToFileURL(resolve(process.argv[2] ?? 'packages/hawser/dist/node/index.js')).href
const work: Work = { kind: 'text', size: 64, inFlight: 1, deflate: false }
const [major = 0] = process.versions.node.split('.').map(Number)

for (const by of major < 22 ? (['cluster'] as const) : (['reusePort', 'cluster'] as const)) {
  for (const processes of [1, 2]) {
    const setup: ScaledSetup = { by, processes, hawser }
    const { child, hello } = await Child.start(`${by} ${processes}`, process.execPath, [join(programs, 'servers/scaled.js'), JSON.stringify(setup)])
    const { child: generator } = await Child.start('load generator', process.execPath, [join(programs, 'load/generator.js')])
    try {
      const target = { port: (hello as { port: number }).port, tls: false, deflate: false, browser: false, http2: false }
      await generator.ask('open', { group: 'all', target, count: 200 })
      await generator.ask('prepareEcho', { group: 'all', work, floor: false })
      await generator.ask('run', { group: 'all', durationMs: 1000 })
      const before = await child.ask<ScaledUsage>('usage')
      const load = await generator.ask<LoadResult>('run', { group: 'all', durationMs: 3000 })
      const after = await child.ask<ScaledUsage>('usage')
      const cpu = after.cpuMicros - before.cpuMicros
      console.log(
        `node ${process.versions.node} ${by.padEnd(9)} ${processes} process${processes > 1 ? 'es' : '  '}  connections ${after.connections.join(' + ').padEnd(9)} ` +
          `${Math.round((load.messages / load.wallMs) * 1000)} messages/s, ${(cpu / load.messages).toFixed(1)} µs of CPU each, ` +
          `${(cpu / load.wallMs / 1000).toFixed(2)} cores`,
      )
    } finally {
      await generator.stop()
      await child.stop()
    }
  }
}
