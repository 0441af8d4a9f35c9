import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { OptionError } from '../../../src/core/errors.ts'
import { reconnecting } from '../../../src/runtime/node/reconnecting.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { serveFor } from '../../peers/test-server.ts'
import { Arrivals } from '../../peers/arrivals.ts'

const timeout = 30_000
/** Real sockets need no long waits. */
const soon = { firstDelayMs: 10, maxDelayMs: 20 }

test('a server that restarts on its port has its client again, with what waited for it [R01, R07]', { timeout }, async (t) => {
  const arrivals = new Arrivals()
  const first = await serve({ port: 0, message: arrivals.message })
  const { port } = first
  const closes: number[] = []
  const client = reconnecting(first.url, { reconnect: soon, queue: {}, state() {}, close: (_socket, { code }) => void closes.push(code) })
  t.after(() => client.terminate())
  await client.opened
  assert.equal(client.send('one'), 'sent')
  await first.drain()
  assert.equal(client.send('two'), 'queued')
  const second = await serve({ port, message: arrivals.message })
  t.after(() => second.close())
  await arrivals.reach(2)
  assert.deepEqual([arrivals.messages, closes, client.connectionCount], [['one', 'two'], [1001], 2])
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

test('whatever a server answers ends its own connection only, and the same answer again is final [R04]', { timeout }, async (t) => {
  let answer = (_accept: string): Buffer => Buffer.alloc(0)
  const opening = (accept: string, more = ''): string =>
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${more}\r\n`
  const hostile = createServer((socket) => {
    let head = ''
    socket
      .on('error', () => undefined)
      .on('data', (chunk) => {
        head += chunk.toString('latin1')
        const [, key] = /sec-websocket-key: (.*)\r\n[^]*\r\n\r\n/i.exec(head) ?? []
        if (key === undefined) return
        head = ''
        socket.end(answer(createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')))
      })
  })
  await once(hostile.listen(0, '127.0.0.1'), 'listening')
  t.after(() => hostile.close())
  const { port } = hostile.address() as { port: number }
  const frames =
    (...bytes: number[]) =>
    (accept: string): Buffer =>
      Buffer.concat([Buffer.from(opening(accept)), Buffer.from(bytes)])
  const lines = (text: string) => (): Buffer => Buffer.from(`${text}\r\nContent-Length: 0\r\n\r\n`)
  const text = (write: (accept: string) => string) => (accept: string) => Buffer.from(write(accept))
  const cases: [what: string, answer: (accept: string) => Buffer, failures: number, messages?: number][] = [
    ['a redirect', lines('HTTP/1.1 302 Found\r\nLocation: /x'), 1],
    ['200', lines('HTTP/1.1 200 OK'), 1],
    ['503 with two Retry-After', lines('HTTP/1.1 503 No\r\nRetry-After: 0\r\nRetry-After: soon'), 2],
    ['a field of a megabyte', lines(`HTTP/1.1 503 No\r\nRetry-After: ${'9'.repeat(1 << 20)}`), 2],
    ['nothing', () => Buffer.alloc(0), 2],
    ['no HTTP', () => Buffer.from('\0\0\0'), 2],
    ['a wrong accept', text(() => opening('nope')), 1],
    ['no Upgrade', text((accept) => opening(accept).replace('Upgrade: websocket\r\n', '')), 1],
    ['no Connection', text((accept) => opening(accept).replace('Connection: Upgrade\r\n', '')), 1],
    ['HTTP/1.0', text((accept) => opening(accept).replace('HTTP/1.1', 'HTTP/1.0')), 1],
    ['an extension', text((accept) => opening(accept, 'Sec-WebSocket-Extensions: x\r\n')), 1],
    ['a subprotocol', text((accept) => opening(accept, 'Sec-WebSocket-Protocol: x\r\n')), 1],
    ['no Close frame', frames(), 2],
    ['a message and no Close frame', frames(0x81, 1, 0x61), 2, 2],
    ['a message before the Close frame', frames(0x81, 1, 0x61, 0x88, 2, 0x03, 0xe8), 2, 2],
    ['a Close frame without a code', frames(0x88, 0), 2],
    ['code 1006 on the wire', frames(0x88, 2, 0x03, 0xee), 1],
    ['half a code', frames(0x88, 1, 3), 1],
    ['a masked frame', frames(0x81, 0x80, 0, 0, 0, 0), 1],
    ['reserved bits', frames(0xf1, 0), 1],
    ['no UTF-8', frames(0x81, 1, 0xff), 1],
  ]
  for (const [what, given, failures, messages = 0] of cases) {
    answer = given
    let received = 0
    const client = reconnecting(`ws://127.0.0.1:${port}`, {
      reconnect: { firstDelayMs: 1, maxDelayMs: 1, attempts: 2 },
      state() {},
      message: () => void received++,
    })
    const { failure } = await client.closed
    assert.deepEqual([what, failure?.failures, received], [what, failures, messages])
  }
})

test('a server that never answers the Close frame delays a close and a replacement by closeTimeoutMs, and a failing proxy is tried again [R04, R09]', {
  timeout,
}, async (t) => {
  // The Close frame waits for the handler.
  const server = await serveFor(t, { port: 0, message: () => new Promise(() => undefined) })
  const client = reconnecting(server.url, { closeTimeoutMs: 20, state() {} })
  const first = await client.opened
  client.send('never done')
  client.reconnect()
  assert.equal((await first.closed).error?.condition, 'closing-timeout')
  await client.opened
  assert.equal(client.connectionCount, 2)
  assert.equal((await client.close()).failure, undefined)
  const proxy = createServer((socket) => void socket.on('error', () => undefined).end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n'))
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.after(() => proxy.close())
  const { failure } = await reconnecting(server.url, {
    proxy: `http://127.0.0.1:${(proxy.address() as { port: number }).port}`,
    reconnect: { ...soon, attempts: 2 },
    state() {},
  }).closed
  assert.deepEqual([(failure?.error as { stage?: string }).stage, failure?.failures], ['proxy', 2])
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
