/**
 * `hawser conformance` against hawser's own server (the command, in a process of its own) and client (`connect`), over HTTP/1.1, TLS and HTTP/2.
 * Whatever fails or warns fails the run: the expectations are empty.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runClientSuite, runServerSuite } from '../src/conformance/index.ts'
import type { SuiteReport } from '../src/conformance/index.ts'
import { connect, permessageDeflate } from '../src/index.ts'
import { root } from './sources.ts'

let failed = false

function judge(name: string, report: SuiteReport): void {
  const counts = new Map<string, number>()
  for (const { verdict } of report.results) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const summary = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
  console.log(`${name}: ${report.results.length} cases in ${(report.durationMs / 1000).toFixed(1)} s: ${summary}`)
  for (const result of report.results) {
    if (result.verdict !== 'fail' && result.verdict !== 'warn') continue
    failed = true
    console.log(`  ${result.verdict} ${result.id}: ${result.outcome} (${result.section})`)
  }
}

async function serverSuite(name: string, serveOptions: readonly string[], suite: Parameters<typeof runServerSuite>[1]): Promise<void> {
  const args = ['serve', '--port', '0', '--subprotocol', 'chat', '--subprotocol', 'superchat', '--path', '/', ...serveOptions]
  const server = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
    const url = line.replace('listening ', '')
    judge(
      name,
      await runServerSuite(url, { subprotocols: ['chat', 'superchat'], originRefused: 'https://evil.example', pathUnknown: '/nope', ...suite }),
    )
  } finally {
    server.kill()
  }
}

async function echo(url: string, signal: AbortSignal): Promise<void> {
  const socket = await connect(url, {
    signal,
    extensions: [permessageDeflate()],
    subprotocols: ['chat', 'superchat'],
    noSubprotocol: 'accept',
    parallel: true,
    message: (connection, data) => void connection.send(data),
  })
  signal.addEventListener('abort', () => socket.terminate(), { once: true })
  await socket.closed
}

await serverSuite('server', [], {})
judge('client', await runClientSuite(echo, { agent: 'hawser connect', maxMessage: 1024 * 1024 }))
process.exit(failed ? 1 : 0)
