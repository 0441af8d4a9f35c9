/** Builds and starts the programs of `bench/churn.ts` and `bench/stall.ts`: servers that echo, and their clients. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildPrograms } from './build-programs.ts'
import { Child } from './channel.ts'
import type { ServerHello, ServerSetup } from './servers/setup.ts'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const entry = join(root, 'packages/hawser/dist/node/index.js')

export type Program = 'hawser' | 'ws' | 'crowd'

export interface Programs {
  start(name: Program, setup: Partial<ServerSetup>): Promise<{ child: Child; port: number }>
  /** Ends those that still run. */
  stop(): void
  readonly versions: string
}

export async function startPrograms(): Promise<Programs> {
  if (!existsSync(entry)) throw new Error(`no ${entry}: npm run build`)
  const programs = buildPrograms()
  const hawser = pathToFileURL(entry).href
  const started = new Set<Child>()
  const usual: ServerSetup = {
    mode: 'echo',
    each: false,
    burst: 1,
    payloadBytes: 0,
    tls: undefined,
    deflate: false,
    hooks: false,
    windows: undefined,
    maxMessage: 1 << 20,
    hawser,
  }
  const ws = JSON.parse(readFileSync(join(root, 'node_modules/ws/package.json'), 'utf8')) as { version: string }
  return {
    versions: `ws ${ws.version}`,
    async start(name, setup) {
      const program = join(programs, name === 'crowd' ? 'load/crowd.js' : `servers/${name}.js`)
      const { child, hello } = await Child.start(name, process.execPath, [
        '--expose-gc',
        program,
        JSON.stringify({ ...usual, ...(name === 'ws' ? { hawser: '' } : {}), ...setup }),
      ])
      started.add(child)
      return { child, port: (hello as Partial<ServerHello>).port ?? 0 }
    },
    stop() {
      for (const child of started) void child.stop()
    },
  }
}
