import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runServerSuite, serveClientSuite, serverCases, clientCases } from '../../src/index.ts'
import type { ConformanceCase, End, ServerSuiteOptions, SuiteReport, Verdict } from '../../src/index.ts'
import { permessageDeflate, serve } from '../../../hawser/src/index.ts'
import { debianPython, missing, pathOf } from '../../../../scripts/optional.ts'
import type { OptionalProgram } from '../../../../scripts/optional.ts'
import { freePort } from './free-port.ts'
import type { Counts } from './pins.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const runtime = (path: string): string => join(root, 'runtimes/node_modules', path)
const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export interface Peer {
  readonly name: string
  readonly end: End
  /** What must be installed to run it. */
  readonly needs: OptionalProgram | undefined
  run(cases: readonly ConformanceCase[], timeouts: boolean): Promise<SuiteReport>
}

/** An endpoint without HTTP/2, as all peers here are tried. */
export function casesFor(end: End): ConformanceCase[] {
  return (end === 'server' ? serverCases : clientCases).filter(({ requires }) => !requires.includes('h2') && !requires.includes('each'))
}

/** Every tenth case, those that wait for time limits left out. */
export function sampleFor(end: End): ConformanceCase[] {
  return casesFor(end)
    .filter(({ requires, slow }) => !requires.includes('timeouts') && slow !== true)
    .filter((_, index) => index % 10 === 3)
}

/** By category: the first word of the area. */
export function countsOf(report: SuiteReport): Counts {
  const counts: Record<string, Record<Verdict, number>> = {}
  for (const { area, verdict } of report.results) {
    const category = area.split('/')[0]!
    counts[category] ??= { pass: 0, fail: 0, warn: 0, info: 0, unsupported: 0, 'not-run': 0 }
    counts[category][verdict]++
  }
  return counts
}

const common: ServerSuiteOptions = { subprotocols: ['chat', 'superchat'], maxMessage: 1 << 20, pathUnknown: '/nope' }

async function withChild<T>(command: readonly string[], use: (child: ChildProcess) => Promise<T>): Promise<T> {
  const [file = '', ...rest] = command
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, NO_COLOR: '1', NODE_NO_WARNINGS: '1' } })
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  try {
    return await use(child)
  } finally {
    // A process that outlives its peer could hold the pipe, and with it this process, open.
    child.stdout?.destroy()
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000)
    await ended
    clearTimeout(timer)
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface(child.stdout!)) return line
  throw new Error(`the peer ended with ${child.exitCode} before it said its port`)
}

function needsOf(command: readonly string[]): OptionalProgram | undefined {
  if (command[0] === debianPython) return 'python3-websockets'
  return command[0]?.startsWith(runtime('')) === true ? 'runtimes' : undefined
}

const ids = (cases: readonly ConformanceCase[]): string[] => cases.map(({ id }) => id)

function serverPeer(name: string, command: readonly string[], options: ServerSuiteOptions = {}): Peer {
  return {
    name,
    end: 'server',
    needs: needsOf(command),
    run: (cases, timeouts) =>
      withChild(command, async (child) =>
        runServerSuite(`ws://127.0.0.1:${await firstLine(child)}/`, { ...common, timeouts, only: ids(cases), ...options }),
      ),
  }
}

function clientPeer(name: string, command: readonly string[], place: readonly string[], maxMessage?: number): Peer {
  return {
    name,
    end: 'client',
    needs: needsOf(command),
    async run(cases, timeouts) {
      const suite = await serveClientSuite({ only: ids(cases), timeouts, ...(maxMessage === undefined ? {} : { maxMessage }) })
      try {
        await withChild(
          [...command, `ws://127.0.0.1:${suite.port}`, 'peer', ...place],
          (child) => new Promise((resolve) => child.once('exit', resolve)),
        )
        return suite.report('peer')
      } finally {
        await suite.close()
      }
    },
  }
}

/** nginx between the suite and a server of ours. */
const nginx: Peer = {
  name: 'nginx (proxy of hawser)',
  end: 'server',
  needs: 'nginx',
  async run(cases, timeouts) {
    const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
    const server = await serve({
      origins: 'any',
      subprotocols: ['chat', 'superchat'],
      extensions: [permessageDeflate()],
      limits: { message: 1 << 20 },
      upgrade: (request) => (request.path === '/' ? {} : new Response('no', { status: 404 })),
      message: (socket, message) => void socket.send(message),
    })
    try {
      const port = await freePort()
      const config = join(folder, 'nginx.conf')
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')
      writeFileSync(
        config,
        `daemon off; master_process off; pid ${folder}/pid; error_log /dev/null; events { worker_connections 512; }
http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; location / {
  proxy_pass http://127.0.0.1:${server.port}; proxy_http_version 1.1; proxy_set_header Host $host:$server_port;
  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $http_connection; } } }`,
      )
      return await withChild([pathOf('nginx') ?? 'nginx', '-p', folder, '-c', config], async () => {
        await listening(port)
        // Which Connection reaches the server is a setting of the proxy.
        const only = ids(cases).filter((id) => !id.startsWith('handshake/connection/'))
        return runServerSuite(`ws://127.0.0.1:${port}/`, { ...common, timeouts, only })
      })
    } finally {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function listening(port: number): Promise<void> {
  const { connect } = await import('node:net')
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`nothing listens on port ${port}`)
}

const loop = program('loop-client.ts')
const tsx = [process.execPath, '--import', 'tsx']
const deno = [runtime('deno/deno'), 'run', '-A', '--no-check', '--quiet']
const resolved = (name: string): string => createRequire(import.meta.url).resolve(name)

export const peers: readonly Peer[] = [
  serverPeer('ws', [...tsx, program('ws-echo.ts')]),
  serverPeer('Bun', [runtime('bun/bin/bun'), 'run', program('bun-echo.ts')]),
  // The program, and not Deno, looks at Upgrade; Deno has no setting for the largest message.
  serverPeer('Deno', [...deno, program('deno-echo.ts')], { deflate: false, exclude: ['handshake/upgrade', 'limits/over'] }),
  serverPeer('python3-websockets', [debianPython, program('echo.py')]),
  nginx,
  clientPeer('ws', [...tsx, loop], [resolved('ws')]),
  clientPeer('undici 7', [...tsx, loop], [resolved('undici')]),
  clientPeer('undici 8', [runtime('node26/bin/node'), loop], [runtime('undici8/index.js')]),
  clientPeer('Node 22', [runtime('node22/bin/node'), loop], ['global']),
  clientPeer('Node 24', [runtime('node24/bin/node'), loop], ['global']),
  clientPeer('Node 26', [runtime('node26/bin/node'), loop], ['global']),
  clientPeer('Bun', [runtime('bun/bin/bun'), 'run', loop], ['global']),
  clientPeer('Deno', [...deno, loop], ['global']),
  clientPeer('python3-websockets', [debianPython, program('loop_client.py')], [], 1 << 20),
]

/** What node:test's `skip` takes. */
export function skipReason(peer: Peer): string | false {
  return peer.needs === undefined ? false : missing(peer.needs)
}
