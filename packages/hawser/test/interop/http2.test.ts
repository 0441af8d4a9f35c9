import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { missing } from '../../../../scripts/optional.ts'
import type { CloseInfo } from '../../src/core/protocol/events.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { localhost } from '../certificates/index.ts'
import { launchChromium, skipReason } from '../inspect/chromium.ts'
import { serveFor } from '../peers/test-server.ts'

/** An echo server that says what it saw of each connection. */
async function seeingServer(t: TestContext) {
  const opened: { httpVersion: string; compressed: boolean; agent: string | undefined }[] = []
  const closed: CloseInfo[] = []
  const sessions = new Set<number | undefined>()
  const wakes: (() => void)[] = []
  const server = await serveFor(t, {
    tls: localhost,
    origins: 'any',
    subprotocols: ['chat', 'superchat'],
    extensions: [permessageDeflate()],
    limits: { message: 8_000_000 },
    upgrade: (request) => (request.path === '/refused' ? new Response('no', { status: 403 }) : { context: request.fields.get('user-agent') }),
    open: (socket) => {
      opened.push({
        httpVersion: socket.transport.httpVersion,
        compressed: socket.extensions.length > 0,
        agent: socket.context as string | undefined,
      })
      if (socket.transport.httpVersion === '2') sessions.add(socket.transport.remotePort)
    },
    message: (socket, message) => {
      if (message === 'close me') void socket.close(4_321, 'as you wish')
      else socket.send(message)
    },
    close: (_socket, info) => {
      closed.push(info)
      for (const wake of wakes.splice(0)) wake()
    },
    request: (_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>page</title>')
    },
  })
  const closes = async (count: number): Promise<CloseInfo[]> => {
    while (closed.length < count) await new Promise<void>((resolve) => wakes.push(resolve))
    return closed
  }
  return { server, opened, sessions, closes }
}

test('Chromium: a page over HTTP/2 opens twenty WebSockets on its session; subprotocols, compression, large messages, refusals, close codes', {
  skip: skipReason,
}, async (t) => {
  const { server, opened, sessions, closes } = await seeingServer(t)
  const browser = await launchChromium()
  t.after(() => browser.close())
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  const url = `https://localhost:${server.port}/`
  await page.goto(url)
  const protocol = await page.evaluate(`performance.getEntriesByType('navigation')[0].nextHopProtocol`)
  assert.equal(protocol, 'h2')
  const results = (await page.evaluate(`(async () => {
    const url = location.href.replace('https', 'wss')
    const open = (protocols, path = '') => new Promise((resolve, reject) => {
      const socket = new WebSocket(url + path, protocols)
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => resolve(socket)
      socket.onclose = (event) => reject(event)
    })
    const next = (socket) => new Promise((resolve) => { socket.onmessage = (event) => resolve(event.data) })
    const closed = (socket) => new Promise((resolve) => { socket.onclose = (event) => resolve([event.code, event.reason, event.wasClean]) })
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(['superchat', 'chat'])))
    const echoes = await Promise.all(sockets.map((socket, index) => { const answer = next(socket); socket.send('number ' + index); return answer }))
    const large = new Uint8Array(3_000_000).map((_, index) => (index * 7919) >> 3)
    const answer = next(sockets[0])
    sockets[0].send(large)
    const received = new Uint8Array(await answer)
    const same = received.length === large.length && received.every((byte, index) => byte === large[index])
    const text = Array.from({ length: 150_000 }, (_, index) => 'grüße ' + index * 7919).join()
    const textAnswer = next(sockets[1])
    sockets[1].send(text)
    const sameText = (await textAnswer) === text
    const refused = await open([], 'refused').then(() => 'opened', (event) => [event.code, event.wasClean])
    const byServer = closed(sockets[2]); sockets[2].send('close me')
    const byPage = closed(sockets[3]); sockets[3].close(4000, 'bye')
    const codes = [await byServer, await byPage]
    // After closes and a refusal the session must still be in use.
    const later = await open(['chat'])
    const laterEcho = next(later); later.send('later')
    return {
      protocols: sockets.map((socket) => socket.protocol), extensions: sockets.map((socket) => socket.extensions),
      echoes, same, sameText, refused, codes, later: await laterEcho,
      hops: [...new Set(performance.getEntriesByType('resource').map((entry) => entry.nextHopProtocol))],
    }
  })()`)) as Record<string, unknown>
  assert.deepEqual(results['protocols'], Array(20).fill('superchat'))
  for (const extensions of results['extensions'] as string[]) assert.match(extensions, /permessage-deflate/)
  assert.deepEqual(
    results['echoes'],
    Array.from({ length: 20 }, (_, index) => `number ${index}`),
  )
  assert.equal(results['same'], true)
  assert.equal(results['sameText'], true)
  assert.deepEqual(results['refused'], [1006, false])
  assert.deepEqual(results['codes'], [
    [4321, 'as you wish', true],
    [4000, 'bye', true],
  ])
  assert.equal(results['later'], 'later')
  const infos = await closes(2)
  assert.deepEqual(
    infos.map(({ wasClean, error }) => [wasClean, error?.message]),
    [
      [true, undefined],
      [true, undefined],
    ],
  )
  assert.equal(opened.length, 21)
  for (const one of opened) assert.deepEqual([one.httpVersion, one.compressed], ['2', true])
  assert.equal(sessions.size, 1)
  // The page goes away with its sockets.
  await page.close()
  assert.equal((await closes(21)).length, 21)
})

const runtimes = new URL('../../../../runtimes/node_modules/', import.meta.url)
const node26 = fileURLToPath(new URL('node26/bin/node', runtimes))
const undici8 = new URL('undici8/index.js', runtimes)

const conversation = `
  // Node's session keeps no process alive.
  setInterval(() => {}, 1_000)
  const open = (protocols) => new Promise((resolve, reject) => {
    const socket = make(url, protocols)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => resolve(socket)
    socket.onclose = (event) => reject(new Error('closed ' + event.code))
    socket.onerror = (event) => console.error(event.error ?? event.message)
  })
  const next = (socket) => new Promise((resolve) => { socket.onmessage = (event) => resolve(event.data) })
  const closed = (socket) => new Promise((resolve) => { socket.onclose = (event) => resolve([event.code, event.reason, event.wasClean]) })
  const socket = await open(['chat'])
  const echo = next(socket); socket.send('hello'); const text = await echo
  const large = next(socket); socket.send(new Uint8Array(300_000).fill(7)); const bytes = new Uint8Array(await large)
  const second = await open(['chat'])
  const byServer = closed(second); second.send('close me')
  const server = await byServer
  const byClient = closed(socket); const before = performance.now(); socket.close(4000, 'bye')
  const client = await byClient
  console.log(JSON.stringify({ text, length: bytes.length, sum: bytes.reduce((a, b) => a + b), protocol: socket.protocol, server, client, ms: performance.now() - before }))
  process.exit(0)
`

async function converse(t: TestContext, command: string, prelude: string): Promise<void> {
  const { server, opened, closes } = await seeingServer(t)
  const script = `const url = 'wss://localhost:${server.port}/'\n${prelude}\n${conversation}`
  const child = spawn(command, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' },
  })
  t.after(() => child.kill())
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  await once(child, 'close')
  assert.notEqual(output, '', errors)
  const { ms, ...said } = JSON.parse(output) as Record<string, unknown>
  assert.deepEqual(said, {
    text: 'hello',
    length: 300_000,
    sum: 2_100_000,
    protocol: 'chat',
    server: [4321, 'as you wish', true],
    client: [4000, 'bye', true],
  })
  assert.ok((ms as number) < 2_000, `the close took ${String(ms)} ms`)
  assert.deepEqual(
    opened.map(({ httpVersion }) => httpVersion),
    ['2', '2'],
  )
  for (const info of await closes(2)) assert.equal(info.wasClean, true)
}

test("Node 26's WebSocket over HTTP/2: messages, compression, both closing handshakes", { skip: missing('runtimes') }, (t) =>
  converse(t, node26, 'const make = (url, protocols) => new WebSocket(url, protocols)'),
)

test("undici 8's WebSocket over HTTP/2", { skip: missing('runtimes') }, (t) =>
  converse(
    t,
    node26,
    `import { WebSocket as Socket, Agent } from ${JSON.stringify(undici8.href)}
     const make = (url, protocols) => new Socket(url, { protocols, dispatcher: new Agent({ allowH2: true, connect: { rejectUnauthorized: false } }) })`,
  ),
)
