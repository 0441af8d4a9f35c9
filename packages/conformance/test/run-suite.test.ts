import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runClientSuite, runServerSuite } from '../src/index.ts'
import type { StartClient, SuiteReport } from '../src/index.ts'
import { connect, permessageDeflate, serve, text } from '../../hawser/src/index.ts'

function assertConforms(report: SuiteReport): void {
  const deviating = report.results.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn' || verdict === 'not-run')
  assert.deepEqual(
    deviating.map(({ id, verdict, outcome }) => `${verdict} ${id}: ${outcome}`),
    [],
  )
}

test('hawser’s server passes every case', async () => {
  const server = await serve({
    port: 0,
    host: '127.0.0.1',
    paths: ['/echo'],
    subprotocols: { chat: text(), soap: text() },
    extensions: [permessageDeflate()],
    limits: { message: 1 << 20, handshakeMs: 5000 },
    closeTimeoutMs: 500,
    message(socket, data) {
      socket.send(data as never)
    },
  })
  try {
    const report = await runServerSuite(new URL('/echo', server.url), {
      subprotocols: ['chat', 'soap'],
      originRefused: 'https://evil.example',
      pathUnknown: '/unknown',
      http2: true,
      maxMessage: 1 << 20,
      bounds: { answerMs: 5000, handshakeMs: 15_000, closeMs: 6000 },
    })
    assertConforms(report)
    assert.ok(report.counts.pass > 1100)
    assert.ok(report.durationMs < 30_000, `${report.durationMs} ms`)
  } finally {
    await server.drain({ graceMs: 0 })
  }
})

/** Echoes until the case is over. */
function echo(http: '1.1' | '2'): StartClient {
  return async (url, signal) => {
    await connect(url, {
      http,
      extensions: [permessageDeflate()],
      limits: { message: 1 << 20, handshakeMs: 5000 },
      closeTimeoutMs: 500,
      signal,
      message(socket, data) {
        socket.send(data as never)
      },
    })
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  }
}

test('hawser’s client passes every case', async () => {
  const report = await runClientSuite(echo('1.1'), { jobs: 16, maxMessage: 1 << 20, bounds: { answerMs: 5000, handshakeMs: 15_000, closeMs: 6000 } })
  assertConforms(report)
  assert.ok(report.counts.pass > 800)
})

test('hawser’s client passes every case over HTTP/2, and nothing is left out', async () => {
  const report = await runClientSuite(echo('2'), { http2: true, jobs: 16, maxMessage: 1 << 20, bounds: { answerMs: 5000 } })
  assertConforms(report)
  // An HTTP/1.1 head is the one thing that a client over HTTP/2 does not send.
  const tried = report.results.filter(({ id }) => !id.startsWith('always/head-'))
  assert.deepEqual(
    tried.filter(({ verdict }) => verdict === 'unsupported'),
    [],
  )
  assert.ok(tried.length > 700 && tried.every(({ id }) => id.startsWith('http2/') || id.startsWith('always/')))
})
