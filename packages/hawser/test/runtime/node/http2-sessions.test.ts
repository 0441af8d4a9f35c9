import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import * as http2 from 'node:http2'
import * as https from 'node:https'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { HandshakeError, OptionError } from '../../../src/core/errors.ts'
import { Cancellation } from '../../../src/client/cancellation.ts'
import type { DialProgress } from '../../../src/client/dial.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { connect } from '../../../src/runtime/node/connect.ts'
import type { NodeConnectOptions } from '../../../src/runtime/node/connect-options.ts'
import { NodeHttp2Sessions } from '../../../src/runtime/node/http2-sessions.ts'
import { attach } from '../../../src/runtime/node/serve.ts'
import { permessageDeflate } from '../../../src/runtime/node/zlib/permessage-deflate.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { authority, localhost } from '../../certificates/index.ts'
import * as raw from '../../peers/raw-http2.ts'
import { serveFor } from '../../peers/test-server.ts'

type Options = NodeConnectOptions<readonly string[], 'accept'>

const trust = { tls: { ca: authority } }
const echo = { message: (socket: any, message: any) => void socket.send(message) }

async function failure(attempt: Promise<unknown>): Promise<HandshakeError> {
  const error = await attempt.then(
    () => assert.fail('it was accepted'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HandshakeError, String(error))
  return error
}

function local(url: string): string {
  return url.replace('127.0.0.1', 'localhost')
}

async function expectEcho(socket: { send(message: string): unknown; [Symbol.asyncIterator](): AsyncIterator<unknown> }, text: string): Promise<void> {
  socket.send(text)
  assert.equal((await socket[Symbol.asyncIterator]().next()).value, text)
}

/** Counts the TCP connections of a listening server. */
function counting(server: net.Server): { count: number } {
  const counter = { count: 0 }
  server.on('connection', () => void counter.count++)
  return counter
}

async function listening<S extends net.Server>(t: TestContext, server: S): Promise<{ server: S; url: string; counter: { count: number } }> {
  const counter = counting(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => sockets.add(socket))
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { server, url: `wss://localhost:${(server.address() as net.AddressInfo).port}/`, counter }
}

for (const choice of ['2', 'auto'] as const) {
  test(`http: '${choice}' opens several connections over one session, with subprotocol and compression, and closes in order`, async (t) => {
    const secure = await listening(t, http2.createSecureServer(localhost))
    const server = attach(secure.server, { ...echo, subprotocols: ['chat'], extensions: [permessageDeflate()] })
    const options = { ...trust, http: choice, subprotocols: ['chat'], extensions: [permessageDeflate()] } as const
    const sockets = await Promise.all(Array.from({ length: 8 }, () => connect(secure.url, options)))
    for (const [index, socket] of sockets.entries()) {
      assert.equal(socket.transport.httpVersion, '2')
      assert.equal(socket.transport.secure, true)
      assert.equal(socket.subprotocol, 'chat')
      assert.equal(socket.extensions.length, 1)
      await expectEcho(socket, `number ${index} ${'x'.repeat(1_000)}`)
    }
    assert.equal(secure.counter.count, 1)
    const infos = await Promise.all(sockets.map((socket) => socket.close(4_000, 'done')))
    for (const info of infos) assert.deepEqual([info.code, info.wasClean, info.initiator], [4_000, true, 'local'])
    // Later ones find the session still there.
    const later = await connect(secure.url, options)
    assert.equal(secure.counter.count, 1)
    await later.close()
    await server.close()
  })
}

test('the default is HTTP/1.1', async (t) => {
  const server = await serveFor(t, { tls: localhost, ...echo })
  const socket = await connect(local(server.url), trust)
  assert.equal(socket.transport.httpVersion, '1.1')
  await socket.close()
})

test('in cleartext, http 2 is with prior knowledge, and auto is HTTP/1.1', async (t) => {
  const server = await serveFor(t, echo)
  const two = await connect(server.url, { http: '2' })
  assert.equal(two.transport.httpVersion, '2')
  assert.equal(two.transport.secure, false)
  await expectEcho(two, 'h2c')
  await two.close()
  const auto = await connect(server.url, { http: 'auto' })
  assert.equal(auto.transport.httpVersion, '1.1')
  await auto.close()
})

test('other TLS options are another session; equal ones written anew share it', async (t) => {
  const secure = await listening(t, http2.createSecureServer(localhost))
  attach(secure.server, echo)
  const open = (options: Options): Promise<{ close(): Promise<unknown> }> => connect(secure.url, { http: '2', ...options })
  const checkServerIdentity = (): undefined => undefined
  const sockets = [
    await open({ tls: { ca: authority } }),
    await open({ tls: { ca: `${authority}` } }),
    await open({ tls: { ca: Buffer.from(authority) } }),
    await open({ tls: { ca: authority, checkServerIdentity } }),
    await open({ tls: { ca: authority, checkServerIdentity } }),
    await open({ tls: { rejectUnauthorized: false } }),
  ]
  assert.equal(secure.counter.count, 4)
  await Promise.all(sockets.map((socket) => socket.close()))
})

test("auto uses the same connection if ALPN chooses http/1.1, and '2' reports it", async (t) => {
  const server = await listening(t, https.createServer(localhost))
  attach(server.server, echo)
  const socket = await connect(server.url, { ...trust, http: 'auto' })
  assert.equal(socket.transport.httpVersion, '1.1')
  assert.equal(server.counter.count, 1)
  await socket.close()
  const error = await failure(connect(server.url, { ...trust, http: '2' }))
  assert.equal(error.stage, 'tls')
})

test("without the setting auto falls back to a fresh HTTP/1.1 connection, and remembers; '2' fails at stage settings [H2.1, RFC 8441 §3]", async (t) => {
  const secure = await listening(t, http2.createSecureServer({ ...localhost, allowHTTP1: true }))
  const plain = http.createServer()
  attach(plain, echo)
  // What a server without WebSocket over HTTP/2 is: it upgrades over HTTP/1.1 only.
  secure.server.on('upgrade' as never, (...given: never[]) => plain.emit('upgrade', ...given))
  const error = await failure(connect(secure.url, { ...trust, http: '2' }))
  assert.equal(error.stage, 'settings')
  assert.equal(error.rule?.id, 'H2.1')
  assert.match(error.hint ?? '', /http/)
  for (const connections of [3, 4]) {
    const socket = await connect(secure.url, { ...trust, http: 'auto' })
    assert.equal(socket.transport.httpVersion, '1.1')
    assert.equal(secure.counter.count, connections)
    await socket.close()
  }
})

test('a refusal is a HandshakeError with status, fields and bounded content, and never another attempt', async (t) => {
  let asked = 0
  const server = await serveFor(t, {
    tls: localhost,
    upgrade: () => {
      asked++
      return new Response('who are you?'.repeat(1_000), { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } })
    },
  })
  for (const choice of ['2', 'auto'] as const) {
    const error = await failure(connect(local(server.url), { ...trust, http: choice, limits: { responseBody: 100 } }))
    assert.equal(error.stage, 'response')
    assert.equal(error.status, 401)
    assert.equal(error.response?.httpVersion, '2')
    assert.equal(new TextDecoder().decode(error.response?.body).slice(0, 12), 'who are you?')
    assert.equal(error.response?.body.byteLength, 100)
    assert.equal(error.response?.bodyTruncated, true)
    assert.ok(error.response?.fields.some(([name, value]) => name === 'www-authenticate' && value === 'Basic realm="r"'))
  }
  assert.equal(asked, 2)
})

test('a response that selects an extension or subprotocol not offered fails as over HTTP/1.1', async (t) => {
  const secure = await listening(t, http2.createSecureServer({ ...localhost, settings: { enableConnectProtocol: true } }))
  let answer: http2.OutgoingHttpHeaders = {}
  secure.server.on('stream', (stream) => {
    stream.on('error', () => undefined)
    stream.respond(answer)
  })
  const attempt = async (headers: http2.OutgoingHttpHeaders, options: Options = {}) => {
    answer = headers
    return failure(connect(secure.url, { ...trust, http: '2', ...options } as Options))
  }
  assert.equal((await attempt({ ':status': 200, 'sec-websocket-protocol': 'other' }, { subprotocols: ['chat'] })).stage, 'subprotocol')
  assert.equal((await attempt({ ':status': 200 }, { subprotocols: ['chat'], noSubprotocol: 'refuse' as never })).stage, 'subprotocol')
  assert.equal((await attempt({ ':status': 200, 'sec-websocket-extensions': 'x' })).stage, 'extensions')
  assert.equal((await attempt({ ':status': 404 })).status, 404)
  assert.equal((await attempt({ ':status': 302, location: '/x' })).status, 302)
})

test('limits.handshakeMs, the signal, a reset and a broken session each fail with their stage, and cost other streams nothing', async (t) => {
  const secure = await listening(t, http2.createSecureServer({ ...localhost, settings: { enableConnectProtocol: true } }))
  const kept = attach(secure.server, { ...echo, paths: ['/echo'] })
  secure.server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    if (headers[':path'] === '/reset') stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
    if (headers[':path'] === '/refuse') stream.close(http2.constants.NGHTTP2_REFUSED_STREAM)
    if (headers[':path'] === '/break') stream.session?.destroy()
  })
  const other = await connect(`${secure.url}echo`, { ...trust, http: '2' })
  const late = await failure(connect(`${secure.url}silence`, { ...trust, http: '2', limits: { handshakeMs: 50 } }))
  assert.equal(late.stage, 'timeout')
  const controller = new AbortController()
  const aborted = connect(`${secure.url}silence`, { ...trust, http: '2', signal: controller.signal })
  setImmediate(() => controller.abort())
  assert.equal((await failure(aborted)).stage, 'aborted')
  const reset = await failure(connect(`${secure.url}reset`, { ...trust, http: '2' }))
  assert.equal(reset.stage, 'response')
  assert.match(reset.message, /INTERNAL_ERROR/)
  assert.match((await failure(connect(`${secure.url}refuse`, { ...trust, http: '2' }))).message, /REFUSED_STREAM/)
  await expectEcho(other, 'still')
  assert.equal(secure.counter.count, 1)
  const broken = await failure(connect(`${secure.url}break`, { ...trust, http: '2' }))
  assert.equal(broken.stage, 'response')
  assert.equal((await other.closed).code, 1006)
  const again = await connect(`${secure.url}echo`, { ...trust, http: '2' })
  assert.equal(secure.counter.count, 2)
  await again.close()
  await kept.close()
})

test('a port that does not speak HTTP/2 in cleartext fails at stage settings', async (t) => {
  const plain = await listening(t, http.createServer())
  const error = await failure(connect(plain.url.replace('wss', 'ws'), { http: '2' }))
  assert.deepEqual([error.stage, error.rule?.document, error.rule?.section], ['settings', 'RFC 9113', '3.4'])
})

test('a session that is full does not make others wait: another is opened', async (t) => {
  const secure = await listening(t, http2.createSecureServer({ ...localhost, settings: { maxConcurrentStreams: 2 } }))
  attach(secure.server, echo)
  const sockets = []
  for (let i = 0; i < 5; i++) sockets.push(await connect(secure.url, { ...trust, http: '2' }))
  assert.equal(secure.counter.count, 3)
  await Promise.all(sockets.map((socket) => socket.close()))
})

test('a redirect is followed over HTTP/2; credentials of the URL go as Authorization', async (t) => {
  const seen: (string | undefined)[] = []
  const server = await serveFor(t, {
    tls: localhost,
    ...echo,
    upgrade: (request) => {
      seen.push(request.fields.get('authorization'))
      return request.path === '/old' ? new Response(null, { status: 307, headers: { location: '/new' } }) : {}
    },
  })
  const url = new URL('/old', local(server.url))
  url.username = 'me'
  url.password = 'secret'
  const socket = await connect(url, { ...trust, http: '2', redirects: 1 })
  assert.equal(socket.transport.httpVersion, '2')
  assert.deepEqual(seen, ['Basic bWU6c2VjcmV0', 'Basic bWU6c2VjcmV0'])
  await socket.close()
})

test('through a proxy: CONNECT, TLS with h2 inside, and the stream over that', async (t) => {
  const server = await serveFor(t, { tls: localhost, ...echo })
  const tunnels: string[] = []
  const proxy = await listening(t, http.createServer())
  proxy.server.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '')
    const upstream = net.connect(server.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(upstream).pipe(socket)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  const options = { ...trust, http: '2', proxy: proxy.url.replace('wss', 'http') } as const
  const one = await connect(local(server.url), options)
  const two = await connect(local(server.url), options)
  await expectEcho(two, 'through the proxy')
  assert.deepEqual(tunnels, [`localhost:${server.port}`])
  await Promise.all([one.close(), two.close()])
})

test('large messages both ways: a megabyte crosses windows that are smaller', async (t) => {
  const server = await serveFor(t, { tls: localhost, http2: { streamWindow: 65_535 }, ...echo })
  const socket = await connect(local(server.url), { ...trust, http: '2' })
  const payload = new Uint8Array(1_000_000).map((_, index) => index)
  socket.send(payload)
  const { value } = await socket[Symbol.asyncIterator]().next()
  assert.deepEqual(value, payload)
  assert.equal(socket.bufferedAmount, 0)
  await socket.close()
})

test('a session without streams keeps no process alive, and a connection does', async () => {
  const { spawn } = await import('node:child_process')
  const script = `
    import { connect, serve } from ${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)}
    const server = await serve({ message: (socket, message) => void socket.send(message) })
    const socket = await connect(server.url, { http: '2' })
    setTimeout(async () => { await socket.close(); console.log('closed'); void server.drain({ graceMs: 100 }) }, 50)
  `
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += String(chunk)))
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.equal(output, 'closed\n')
})

/** A server of HTTP/2 in cleartext, written by hand, that allows Extended CONNECT and does nothing else by itself. It never ends its side. */
async function rawServer(t: TestContext, act: (peer: raw.RawHttp2, socket: net.Socket) => void | Promise<void>): Promise<net.Server> {
  const { server } = await listening(
    t,
    net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined)
      void (async () => {
        while (socket.read(prefaceLength) === null) await once(socket, 'readable')
        const peer = new raw.RawHttp2(socket)
        peer.write(raw.settingsFrame([raw.ENABLE_CONNECT_PROTOCOL, 1]))
        await act(peer, socket)
      })()
    }),
  )
  return server
}
const prefaceLength = 24

test('after a connection error of the server its connection and its WebSockets are closed, and the next connect dials anew [RFC 9113 §5.4.1]', async (t) => {
  let sessions = 0
  const server = await rawServer(t, async (peer) => {
    sessions++
    await peer.next(raw.HEADERS)
    peer.write(raw.http2Frame(raw.HEADERS, raw.END_HEADERS, 1, Buffer.from([0x88])))
    if (sessions === 1) peer.write(raw.http2Frame(raw.PING, 0, 0, Buffer.alloc(7)))
  })
  const url = `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
  const socket = await connect(url, { http: '2', keepalive: false })
  assert.equal((await socket.closed).code, 1006)
  const next = await connect(url, { http: '2' })
  assert.equal(sessions, 2)
  next.terminate()
})

test('an idle session ends its connection although the server never ends its own side', async (t) => {
  const clock = new ManualClock()
  let accepted: (socket: net.Socket) => void = () => undefined
  const arrived = new Promise<net.Socket>((resolve) => (accepted = resolve))
  const server = await rawServer(t, (_peer, socket) => accepted(socket))
  const { port } = server.address() as net.AddressInfo
  const dial = async (): Promise<net.Socket> => {
    const socket = net.connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }
  const sessions = new NodeHttp2Sessions(createRuntime(createTestPlatform(1), clock))
  const progress: DialProgress = {
    signal: new Cancellation(),
    abortSignal: new AbortController().signal,
    race: async (promise) => promise,
    stage: () => undefined,
    enter: async () => undefined,
  }
  await sessions.route({ key: 'k', origin: `http://127.0.0.1:${port}`, required: true, turnMs: 2_000, dial }, progress)
  const socket = await arrived
  assert.equal(sessions.size, 1)
  await clock.advance(12_000)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  // The system answers with a reset where nobody has the other end any more.
  const timer = setInterval(() => socket.writable && socket.write(raw.settingsFrame()), 20)
  t.after(() => clearInterval(timer))
  await closed
})

test('a field that HTTP/2 does not have is an option error, not a failure of the session', async (t) => {
  const server = await serveFor(t, { tls: localhost })
  for (const name of ['http2-settings', 'keep-alive', 'te', 'proxy-connection']) {
    await assert.rejects(connect(local(server.url), { ...trust, http: '2', headers: { [name]: 'x' } }), OptionError)
  }
})

test('a wrong choice throws at once, with its name', async () => {
  await assert.rejects(
    connect('wss://localhost/', { http: '3' as never }),
    (error: OptionError) => error instanceof OptionError && error.option === 'http',
  )
})
