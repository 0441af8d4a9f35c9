import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { OptionError } from '../../../src/core/errors.ts'
import { reconnecting } from '../../../src/runtime/node/reconnecting.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { serveFor } from '../../peers/test-server.ts'

const timeout = 30_000
/** Real sockets need no long waits. */
const soon = { firstDelayMs: 10, maxDelayMs: 20 }

test('a server that restarts on its port has its client again, with what waited for it [R01, R07]', { timeout }, async (t) => {
  const got: unknown[] = []
  let arrived: (() => void) | undefined
  const options = {
    message(_socket: unknown, message: unknown) {
      got.push(message)
      arrived?.()
    },
  }
  const first = await serve({ port: 0, ...options })
  const { port } = first
  const closes: number[] = []
  const client = reconnecting(first.url, { reconnect: soon, queue: {}, state() {}, close: (_socket, { code }) => void closes.push(code) })
  t.after(() => client.terminate())
  await client.opened
  assert.equal(client.send('one'), 'sent')
  await first.drain()
  assert.equal(client.send('two'), 'queued')
  const second = await serve({ port, ...options })
  t.after(() => second.close())
  await new Promise<void>((resolve) => (arrived = resolve))
  assert.deepEqual([got, closes, client.connectionCount], [['one', 'two'], [1001], 2])
  const end = await client.close(1000, 'done')
  assert.deepEqual([end.failure, end.close?.code, end.close?.reason], [undefined, 1000, 'done'])
})

test('a port that nobody listens on, and a server that speaks no HTTP, are worth another attempt; TLS and proxies too [R04]', {
  timeout,
}, async () => {
  const silent = createServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-hello\r\n'))
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const { port } = silent.address() as { port: number }
  const stages: (string | undefined)[] = []
  for (const url of [`ws://127.0.0.1:${port}`, `wss://127.0.0.1:${port}`, 'ws://127.0.0.1:1']) {
    const end = await reconnecting(url, {
      reconnect: { ...soon, attempts: 2 },
      state: ({ failure }) => void (failure?.delayMs !== undefined && stages.push((failure.error as { stage?: string }).stage)),
    }).closed
    assert.equal(end.failure?.failures, 2)
  }
  assert.deepEqual(stages, ['response', 'tls', 'tcp'])
  silent.close()
  const { failure } = await reconnecting('http//no-url', { state() {} }).closed
  assert.deepEqual([(failure?.error as { stage?: string }).stage, failure?.failures], ['url', 1])
})

test('a client that waits keeps its process alive, and one that is closed lets it end', { timeout }, async () => {
  const probe = await serve({ port: 0 })
  const { port } = probe
  await probe.close()
  const program = `
    import { reconnecting } from ${JSON.stringify(fileURLToPath(new URL('../../../src/index.ts', import.meta.url)))}
    const client = reconnecting('ws://127.0.0.1:${port}', {
      reconnect: { firstDelayMs: 20, maxDelayMs: 40 },
      state: ({ state }) => console.log(state),
      message: () => void client.close(),
    })`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const states: string[] = []
  let server: { close(): Promise<void> } | undefined
  for await (const state of createInterface(child.stdout)) {
    states.push(state)
    if (states.filter((one) => one === 'WAITING').length === 3 && server === undefined) {
      server = await serve({ port, open: (socket) => void socket.send('welcome') })
    }
  }
  if (child.exitCode === null) await once(child, 'exit')
  assert.deepEqual([child.exitCode, states.slice(-3)], [0, ['OPEN', 'CLOSING', 'CLOSED']])
  await server?.close()
})

test('a final failure that nobody awaits is written to stderr, and ends no process', { timeout }, async (t) => {
  const server = await serveFor(t, { port: 0, upgrade: () => new Response('no such room', { status: 404 }) })
  const program = `
    import { reconnecting } from ${JSON.stringify(fileURLToPath(new URL('../../../src/index.ts', import.meta.url)))}
    const client = reconnecting(${JSON.stringify(server.url)})
    client.opened
    client.receive()
    process.on('exit', () => console.log(client.readyState))`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  await once(child, 'close')
  assert.deepEqual([child.exitCode, stdout], [0, 'CLOSED\n'])
  assert.match(stderr, /the server answered 404/)
})

test('options of connect reach each attempt, and wrong ones are named at once', { timeout }, async (t) => {
  const agents: unknown[] = []
  const server = await serveFor(t, { port: 0, upgrade: ({ fields }) => (agents.push(fields.get('user-agent')), { context: undefined }) })
  const client = reconnecting(new URL(server.url), { headers: { 'User-Agent': 'mine/1' }, localAddress: '127.0.0.1' })
  await client.opened
  await client.close()
  assert.deepEqual(agents, ['mine/1'])
  for (const [options, option] of [
    [{ localAddress: 'x' }, 'localAddress'],
    [{ tls: { host: 'x' } }, 'tls.host'],
    [{ header: {} }, 'header'],
  ] as const) {
    assert.throws(
      () => reconnecting(server.url, options as object),
      (error) => error instanceof OptionError && error.option === option,
    )
  }
  assert.throws(() => client.close(1006 as never), OptionError)
})
