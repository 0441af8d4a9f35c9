/** The conformance suite against a server and a client that are written for `ws`, on this package. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { runClientSuite, runServerSuite } from '@hawser/conformance'
import type { SuiteReport } from '@hawser/conformance'
import { WebSocket, WebSocketServer } from '@hawser/ws'

const maxPayload = 1024 * 1024
const spoken = new Set(['chat', 'superchat'])
/** Without it, `ws` takes the first subprotocol that a client offers. */
const handleProtocols = (offered: Set<string>): string | false => [...offered].find((name) => spoken.has(name)) ?? false

/** A case is not for this endpoint: a `ws` client has no HTTP/2, and `ws` servers leave origins and paths to the application. */
function judge(report: SuiteReport, expected: Readonly<Record<string, RegExp>>): void {
  const wrong = report.results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  const unexpected = wrong.filter(({ id, outcome }) => expected[id]?.test(outcome) !== true)
  assert.deepEqual(
    unexpected.map(({ id, verdict, outcome, section }) => `${verdict} ${id}: ${outcome} (${section})`),
    [],
  )
  assert.deepEqual(
    Object.keys(expected).filter((id) => !wrong.some((result) => result.id === id)),
    [],
    'passes now',
  )
  assert.ok(report.results.filter(({ verdict }) => verdict === 'pass').length > 200)
}

test('an echo server written for ws passes the suite', { timeout: 280_000 }, async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true, maxPayload, path: '/', handleProtocols })
  t.after(() => server.close())
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }))
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  judge(
    await runServerSuite(`ws://127.0.0.1:${port}/`, { maxMessage: maxPayload, subprotocols: [...spoken], pathUnknown: '/nope', timeouts: false }),
    {
      // `path` is compared with `request.url`, as `ws` does; a client of HTTP/1.1 sends no absolute-form to an origin server.
      'handshake/target/target-absolute-http': /answered with 400/,
    },
  )
})

test('an echo client written for ws passes the suite', { timeout: 280_000 }, async () => {
  const report = await runClientSuite(
    async (url, signal) => {
      const socket = new WebSocket(url, ['chat', 'superchat'], { maxPayload, headers: {} })
      socket.on('error', () => undefined)
      socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }))
      signal.addEventListener('abort', () => socket.terminate(), { once: true })
      await new Promise((resolve) => socket.on('close', resolve))
    },
    { agent: '@hawser/ws', maxMessage: maxPayload, jobs: 4, timeouts: false },
  )
  judge(report, {})
})
