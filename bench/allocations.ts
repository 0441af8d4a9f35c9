/**
 * What an opening handshake allocates, by function: `node --import tsx bench/allocations.ts [handshake | handshake-browser | client-handshake] [lines]`.
 * NODE names another Node, SUBJECT `floor` or `ws` instead of `hawser`.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildPrograms } from './build-programs.ts'
import { Child } from './channel.ts'
import type { LoadResult } from './load/echo.ts'
import type { Target } from './load/link.ts'
import type { Allocation } from './sampled-allocations.ts'
import type { ServerHello, ServerSetup } from './servers/setup.ts'

const [scenario = 'handshake-browser', lines = '40'] = process.argv.slice(2)
const subject = process.env['SUBJECT'] ?? 'hawser'
const node = process.env['NODE'] ?? process.execPath
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const hawser = subject === 'hawser' ? pathToFileURL(join(root, 'packages/hawser/dist/node/index.js')).href : ''
const handshakes = 1500

const programs = buildPrograms()
const { child: generator } = await Child.start('load generator', process.execPath, [join(programs, 'load/generator.js')])

async function startServer(): Promise<{ child: Child; shake: () => Promise<unknown> }> {
  const hooks = scenario === 'handshake-browser'
  const setup: ServerSetup = {
    mode: 'echo',
    each: false,
    burst: 1,
    payloadBytes: 0,
    tls: undefined,
    deflate: hooks,
    hooks,
    windows: undefined,
    maxMessage: 1 << 20,
    hawser,
  }
  const { child, hello } = await Child.start(subject, node, ['--expose-gc', join(programs, `servers/${subject}.js`), JSON.stringify(setup)])
  const target: Target = { port: (hello as ServerHello).port, tls: false, deflate: hooks, browser: hooks, http2: false, socketIo: false }
  return { child, shake: () => generator.ask<LoadResult>('handshakes', { target, count: handshakes, atOnce: 32 }) }
}

async function startClient(): Promise<{ child: Child; shake: () => Promise<unknown> }> {
  const port = await generator.ask<number>('listen', { size: 64, inFlight: 1 })
  const { child } = await Child.start(subject, node, ['--expose-gc', join(programs, `clients/${subject}.js`), JSON.stringify({ hawser })])
  return { child, shake: () => child.ask('handshakes', { port, count: handshakes }) }
}

const { child, shake } = await (scenario === 'client-handshake' ? startClient() : startServer())
try {
  for (let i = 0; i < 10; i++) await shake()
  await child.ask('watchGarbage')
  await shake()
  const garbage = await child.ask<number>('garbage')
  await child.ask('watchAllocations')
  for (let i = 0; i < 3; i++) await shake()
  const found = await child.ask<readonly Allocation[]>('allocations')
  const each = (bytes: number): string => (bytes / (3 * handshakes)).toFixed(0).padStart(7)
  console.log(`${subject}, ${scenario}: ${(garbage / handshakes).toFixed(0)} bytes per handshake, of which in the heap and by function`)
  console.log(`${each(found.reduce((sum, { bytes }) => sum + bytes, 0))}  all`)
  for (const { where, bytes } of found.slice(0, Number(lines))) console.log(`${each(bytes)}  ${where}`)
} finally {
  await child.stop()
  await generator.stop()
}
