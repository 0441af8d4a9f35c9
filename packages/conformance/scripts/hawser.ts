/**
 * `npm run conformance`: the suite against hawser's own server (the command, in a process of its own) and client (`connect`), over HTTP/1.1, TLS
 * and HTTP/2, and the volume tier. A case that fails, warns or is unsupported fails the run: nothing is pinned.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runClientSuite, runServerSuite } from '../src/index.ts'
import type { StartClient, SuiteReport } from '../src/index.ts'
import { connect, permessageDeflate } from '../../hawser/src/index.ts'
import type { ConnectOptions } from '../../hawser/src/index.ts'
import { read, root } from '../../../scripts/sources.ts'

/** For a server that does no compression, for a client that offers no subprotocol, heads of HTTP/1.1 over HTTP/2, and cases of another run of this script. */
const notTried = /^always\/head-.*nothing to check$|needs no-deflate|the client offers subprotocols|: needs (?:timeouts|h2|each, h2)$/

let failed = false

function judge(name: string, report: SuiteReport): void {
  const counts = new Map<string, number>()
  for (const { verdict } of report.results) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const summary = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')
  console.log(`${name}: ${report.results.length} cases in ${(report.durationMs / 1000).toFixed(1)} s: ${summary}`)
  for (const result of report.results) {
    if (result.verdict === 'pass' || result.verdict === 'info') continue
    if (result.verdict === 'unsupported' && notTried.test(`${result.id}: ${result.outcome}`)) continue
    failed = true
    console.log(`  ${result.verdict} ${result.id}: ${result.outcome} (${result.section})`)
  }
}

async function serverSuite(name: string, serveOptions: readonly string[], suite: Parameters<typeof runServerSuite>[1]): Promise<void> {
  const args = ['serve', '--port', '0', '--subprotocol', 'chat', '--subprotocol', 'superchat', '--path', '/', ...serveOptions]
  const server = spawn(process.execPath, [join(root, 'packages/hawser/dist/node/cli.js'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string]
    const url = line.replace('listening ', '')
    judge(
      name,
      await runServerSuite(url, {
        subprotocols: ['chat', 'superchat'],
        originRefused: 'https://evil.example',
        pathUnknown: '/nope',
        maxMessage: 1024 * 1024,
        ...suite,
      }),
    )
  } finally {
    server.kill()
  }
}

function echo(options: ConnectOptions<[]>, message: number = 1024 * 1024): StartClient {
  return async (url, signal) => {
    const socket = await connect(url, {
      ...options,
      signal,
      extensions: [permessageDeflate()],
      limits: { message },
      subprotocols: ['chat', 'superchat'],
      noSubprotocol: 'accept',
      parallel: true,
      message: (connection, data) => void connection.send(data),
    })
    signal.addEventListener('abort', () => socket.terminate(), { once: true })
    await socket.closed
  }
}

await serverSuite('server, volume', ['--max-message', '16m'], { tier: 'volume', maxMessage: 16 * 1024 * 1024 })
const certificate = { cert: read('packages/hawser/test/certificates/localhost.crt'), key: read('packages/hawser/test/certificates/localhost.key') }
const tls = { ca: read('packages/hawser/test/certificates/authority.crt') }

await serverSuite('server', [], { http2: true })
await serverSuite('server over TLS', ['--self-signed'], { http2: true, insecure: true, timeouts: false })
const client = { agent: 'hawser connect', maxMessage: 1024 * 1024, jobs: 8 }
judge('client', await runClientSuite(echo({}), client))
judge('client over TLS', await runClientSuite(echo({ tls }), { ...client, certificate, timeouts: false }))
judge('client over HTTP/2', await runClientSuite(echo({ http: '2' }), { ...client, http2: true }))
judge('client over HTTP/2 and TLS', await runClientSuite(echo({ http: '2', tls }), { ...client, certificate, http2: true }))
const large = 16 * 1024 * 1024
judge('client, volume', await runClientSuite(echo({}, large), { ...client, tier: 'volume', maxMessage: large }))
process.exit(failed ? 1 : 0)
