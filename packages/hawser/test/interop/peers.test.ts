import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { WebSocket as UndiciWebSocket } from 'undici'
import { WebSocket as WsClient, WebSocketServer } from 'ws'
import type { RawData } from 'ws'
import { missing } from '../../../../scripts/optional.ts'
import { connect, HandshakeError, serve, WebSocket } from '../../src/index.ts'
import type { CloseInfo, ListeningServer } from '../../src/index.ts'
import { firstLine, output, start } from '../peers/runtime.ts'
import type { RuntimeName } from '../peers/runtime.ts'
import { allRight, exercise, fragmented, largeBytes } from '../peers/standard-client.ts'

const pieces = [fragmented.slice(0, 8), '', fragmented.slice(8)]

/** hawser's server with the commands of `exercise`, and how its connections ended. */
async function hawserServer(t: TestContext): Promise<ListeningServer<readonly ['soap']> & { readonly ends: CloseInfo[] }> {
  const ends: CloseInfo[] = []
  const server = await serve({
    subprotocols: ['soap'],
    limits: { message: 2 * largeBytes },
    upgrade: (request) => (request.path === '/refuse' ? new Response('no', { status: 403 }) : {}),
    async message(socket, message) {
      if (message === 'close') void socket.close(4002, 'server says so')
      else if (message === 'fragments') await socket.sendStream(textPieces())
      else if (message === 'ping') void socket.ping().then(() => socket.send('pong came'))
      else socket.send(message)
    },
    close: (_socket, info) => void ends.push(info),
  })
  t.after(() => server.close())
  return Object.assign(server as never, { ends })
}

async function* textPieces(): AsyncGenerator<string> {
  yield* pieces
}

async function checkEnds(server: {
  readonly ends: CloseInfo[]
  readonly connections: ReadonlySet<{ readonly closed: Promise<unknown> }>
}): Promise<void> {
  await Promise.all([...server.connections].map((socket) => socket.closed))
  // Whether a peer echoes the reason of a Close frame is left to it.
  const seen = server.ends.map(({ code, reason, wasClean, initiator }) => [initiator, code, initiator === 'local' ? '' : reason, wasClean])
  assert.deepEqual(
    seen.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    [
      ['local', 4002, '', true],
      ['remote', 4001, 'client says so', true],
    ],
  )
}

for (const [name, WebSocketClass] of [
  ['ws', WsClient],
  ['undici', UndiciWebSocket],
  ["hawser's own class", WebSocket],
] as const) {
  test(`a client of ${name} agrees on a subprotocol, exchanges messages of all kinds and closes in both directions with our server`, async (t) => {
    const server = await hawserServer(t)
    const seen = await exercise(WebSocketClass, server.url)
    assert.deepEqual({ ...seen, byClient: seen.byClient.code }, { ...allRight, byClient: 4001 })
    await checkEnds(server)
  })
}

for (const name of ['node22', 'node24', 'node26', 'bun', 'deno'] as const satisfies readonly RuntimeName[]) {
  test(`the global WebSocket of ${name} agrees on a subprotocol, exchanges messages of all kinds and closes in both directions with our server`, {
    skip: missing('runtimes'),
    timeout: 60_000,
  }, async (t) => {
    const server = await hawserServer(t)
    const child = start(name, 'global-client.ts', server.url)
    t.after(() => child.kill())
    const seen = JSON.parse(await output(child)) as typeof allRight
    assert.deepEqual({ ...seen, byClient: seen.byClient.code }, { ...allRight, byClient: 4001 })
    await checkEnds(server)
  })
}

test('a ws client sends fragments with control frames between them, and empty ones, to our server [RFC 6455 §5.4]', async (t) => {
  const server = await hawserServer(t)
  const socket = new WsClient(server.url)
  await once(socket, 'open')
  const pongs: string[] = []
  socket.on('pong', (data: Buffer) => pongs.push(String(data)))
  socket.send('Gr', { fin: false })
  socket.ping('between')
  socket.send('', { fin: false })
  socket.send('üße', { fin: true })
  const [data, isBinary] = (await once(socket, 'message')) as [RawData, boolean]
  assert.deepEqual([String(data), isBinary, pongs], ['Grüße', false, ['between']])
  socket.terminate()
})

test('a ws client that is refused sees the status and the text of the refusal, with length and Connection: close', async (t) => {
  const server = await serve({ paths: ['/chat'] })
  t.after(() => server.close())
  const socket = new WsClient(`${server.url}elsewhere`)
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [http.ClientRequest, http.IncomingMessage]
  assert.equal(response.statusCode, 404)
  assert.equal(response.headers.connection, 'close')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  assert.equal(Buffer.byteLength(body), Number(response.headers['content-length']))
  assert.match(body, /\/elsewhere/)
  socket.terminate()
})

/** A server of ws with the commands of `exercise`. */
async function wsServer(
  t: TestContext,
): Promise<{ readonly url: string; readonly wss: WebSocketServer; readonly ends: Promise<[number, string][]> }> {
  const wss = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => (offered.has('soap') ? 'soap' : false),
    verifyClient: ({ req }, done) => done(req.url !== '/refuse', 403, 'no'),
  })
  const ended: [number, string][] = []
  const ends = new Promise<[number, string][]>((resolve) => {
    wss.on('connection', (socket) =>
      socket.on('close', (code, reason) => {
        if (ended.push([code, String(reason)]) === 2) resolve(ended.toSorted(([a], [b]) => a - b))
      }),
    )
  })
  wss.on('connection', (socket) => {
    socket.on('pong', () => socket.send('pong came'))
    socket.on('message', (data: Buffer, isBinary) => {
      const message = isBinary ? '' : String(data)
      if (message === 'close') socket.close(4002, 'server says so')
      else if (message === 'ping') socket.ping('x')
      else if (message === 'fragments') for (const [index, piece] of pieces.entries()) socket.send(piece, { fin: index === 2 })
      else socket.send(data, { binary: isBinary })
    })
  })
  await once(wss, 'listening')
  t.after(() => {
    for (const client of wss.clients) client.terminate()
    wss.close()
  })
  return { url: `ws://127.0.0.1:${(wss.address() as AddressInfo).port}/`, wss, ends }
}

test('our WebSocket class agrees on a subprotocol, exchanges messages of all kinds and closes in both directions with a ws server', async (t) => {
  const { url, ends } = await wsServer(t)
  assert.deepEqual(await exercise(WebSocket, url), allRight)
  assert.deepEqual(await ends, [
    [4001, 'client says so'],
    [4002, 'server says so'],
  ])
})

test('connect() with a ws server: subprotocol, large and fragmented messages, ping, close codes in both directions', async (t) => {
  const { url, ends } = await wsServer(t)
  const socket = await connect(url, { subprotocols: ['wamp', 'soap'], limits: { message: 2 * largeBytes } })
  assert.equal(socket.subprotocol, 'soap')
  const payload = Uint8Array.from({ length: largeBytes }, (_, index) => index & 255)
  socket.send(payload)
  socket.send('fragments')
  socket.send('ping')
  const received: unknown[] = []
  for await (const message of socket) if (received.push(message) === 3) break
  assert.ok(Buffer.compare(received[0] as Uint8Array, payload) === 0)
  assert.deepEqual(received.slice(1), [fragmented, 'pong came'])
  assert.ok((await socket.ping()) >= 0)
  const info = await socket.close(4001, 'client says so')
  assert.deepEqual([info.initiator, info.wasClean, info.sent], ['local', true, { code: 4001, reason: 'client says so' }])
  const second = await connect(url)
  second.send('close')
  const ended = await second.closed
  assert.deepEqual([ended.initiator, ended.code, ended.reason, ended.wasClean], ['remote', 4002, 'server says so', true])
  assert.deepEqual(await ends, [
    [4001, 'client says so'],
    [4002, 'server says so'],
  ])
})

test('sendStream() of connect() arrives whole at a ws server, a Ping of it is answered meanwhile', async (t) => {
  const { url, wss } = await wsServer(t)
  let pongs = 0
  wss.on('connection', (socket) => socket.on('pong', () => pongs++))
  const socket = await connect(url, { limits: { message: 1 << 22 } })
  for (const client of wss.clients) client.ping()
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < 20; index++) yield new Uint8Array(100_000).fill(index)
  }
  assert.notEqual(await socket.sendStream(bytes()), 'closed')
  let length = 0
  for await (const message of socket) {
    if (typeof message === 'string') continue
    length = message.byteLength
    break
  }
  assert.deepEqual([length, pongs], [2_000_000, 1])
  await socket.close()
})

test('a refusal of a ws server is a HandshakeError with status, fields and text [RS6]', async (t) => {
  const { url } = await wsServer(t)
  const error = await connect(`${url}refuse`).then(
    () => assert.fail('it was refused'),
    (thrown: HandshakeError) => thrown,
  )
  assert.ok(error instanceof HandshakeError)
  assert.deepEqual([error.stage, error.response?.status, error.fault], ['response', 403, 'peer'])
  assert.ok(error.hint !== undefined)
})

test('if a ws server selects none of the subprotocols, connect() fails by default and succeeds with noSubprotocol: accept', async (t) => {
  const { url } = await wsServer(t)
  await assert.rejects(connect(url, { subprotocols: ['wamp'] }), HandshakeError)
  const socket = await connect(url, { subprotocols: ['wamp'], noSubprotocol: 'accept' })
  assert.equal(socket.subprotocol, '')
  socket.terminate()
})

for (const [name, expected] of [
  ['bun', { fragments: false }],
  ['deno', { fragments: false, ping: false }],
] as const) {
  test(`our WebSocket class exchanges messages of all kinds and closes in both directions with a server of ${name}`, {
    skip: missing('runtimes'),
    timeout: 60_000,
  }, async (t) => {
    const child = start(name, `${name}-server.ts`)
    t.after(() => child.kill())
    const url = `ws://127.0.0.1:${await firstLine(child)}/`
    assert.deepEqual(await exercise(WebSocket, url, expected), allRight)
  })
}
