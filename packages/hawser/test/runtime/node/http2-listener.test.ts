import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CloseInfo } from '../../../src/core/protocol/events.ts'
import { permessageDeflate } from '../../../src/runtime/node/zlib/permessage-deflate.ts'
import type { ServeOptions } from '../../../src/runtime/node/serve.ts'
import { localhost } from '../../certificates/index.ts'
import { connectHeaders, http2Session, openStream, StreamPeer } from '../../peers/http2-client.ts'
import { clientFrame, openingRequest, sampleKey } from '../../peers/raw-client.ts'
import * as raw from '../../peers/raw-http2.ts'
import { serveFor } from '../../peers/test-server.ts'

type Options = Omit<ServeOptions<readonly string[], unknown>, 'message'> & { message?: (socket: any, message: any) => void }

const echo = { message: (socket: { send(message: unknown): unknown }, message: unknown) => void socket.send(message) }

async function echoServer(t: TestContext, options: Options = {}) {
  const closed: CloseInfo[] = []
  const opened: { httpVersion: string; secure: boolean }[] = []
  const waiting: (() => void)[] = []
  const server = await serveFor(t, {
    tls: localhost,
    ...echo,
    open: (socket: any) => void opened.push(socket.transport),
    close: (_socket: unknown, info: CloseInfo) => {
      closed.push(info)
      for (const wake of waiting.splice(0)) wake()
    },
    ...options,
  } as ServeOptions<readonly string[], unknown>)
  const closes = async (count: number): Promise<CloseInfo[]> => {
    while (closed.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
    return closed
  }
  return { server, opened, closes }
}

async function expectEcho(peer: StreamPeer, text: string): Promise<void> {
  peer.stream.write(clientFrame(1, text))
  assert.equal((await peer.frame()).payload.toString(), text)
}

async function expectOpen(peer: StreamPeer): Promise<StreamPeer> {
  assert.equal(await peer.status(), 200)
  return peer
}

/** What the server does with a request that no client would write. */
async function rawRequest(t: TestContext, lines: raw.Lines, flags?: number): Promise<raw.RawHttp2> {
  const { server } = await echoServer(t)
  const client = await raw.RawHttp2.to(t, server)
  client.request(1, lines, flags)
  return client
}

for (const secure of [true, false]) {
  test(`H2.1 the first SETTINGS ${secure ? 'over TLS' : 'in cleartext'} has SETTINGS_ENABLE_CONNECT_PROTOCOL = 1; H2.2 no later one takes it back`, async (t) => {
    const { server } = await echoServer(t, secure ? {} : { tls: undefined as never })
    const client = await raw.RawHttp2.to(t, { port: server.port, secure })
    const first = await client.next(raw.SETTINGS)
    assert.equal(client.frames.filter(({ type }) => type !== raw.SETTINGS && type !== raw.WINDOW_UPDATE).length, 0)
    const entries = (payload: Buffer) =>
      Array.from({ length: payload.length / 6 }, (_, i) => [payload.readUInt16BE(i * 6), payload.readUInt32BE(i * 6 + 2)])
    assert.deepEqual(
      entries(first.payload).find(([id]) => id === raw.ENABLE_CONNECT_PROTOCOL),
      [raw.ENABLE_CONNECT_PROTOCOL, 1],
    )
    for (let i = 0; i < 5; i++) client.write(raw.settingsFrame([4, 70_000 + i]), raw.http2Frame(raw.PING, 0, 0, Buffer.alloc(8)))
    for (let i = 0; i < 5; i++) await client.next(raw.PING)
    client.request(1, raw.connectLines(secure ? {} : { ':scheme': 'http' }))
    assert.ok((await client.answer(1)).is200)
    for (const frame of client.frames.filter(({ type }) => type === raw.SETTINGS)) {
      assert.ok(!entries(frame.payload).some(([id, value]) => id === raw.ENABLE_CONNECT_PROTOCOL && value === 0))
    }
  })
}

test('the example of RFC 8441 section 5.1 is answered 200 with the subprotocol, and the stream stays open [H2.3]', async (t) => {
  const { server, opened } = await echoServer(t, { subprotocols: ['chat'], origins: ['https://www.example.com'] })
  const session = await http2Session(t, server.url)
  const peer = openStream(session, '/chat', {
    'sec-websocket-protocol': 'chat, superchat',
    'sec-websocket-extensions': 'permessage-deflate',
    origin: 'https://www.example.com',
  })
  const response = await peer.response()
  assert.equal(response[':status'], 200)
  assert.equal(response['sec-websocket-protocol'], 'chat')
  await expectEcho(peer, 'over HTTP/2')
  assert.equal(peer.ended, false)
  assert.equal(opened[0]?.httpVersion, '2')
  assert.equal(opened[0]?.secure, true)
})

test('success is not 101 and has no Upgrade, Connection or Sec-WebSocket-Accept [H2.4]', async (t) => {
  const { server } = await echoServer(t)
  const response = await openStream(await http2Session(t, server.url)).response()
  assert.equal(response[':status'], 200)
  for (const name of ['upgrade', 'connection', 'sec-websocket-accept', 'content-length', 'sec-websocket-protocol'])
    assert.equal(response[name], undefined)
})

for (const [name, value] of [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['transfer-encoding', 'chunked'],
] as const) {
  test(`a request with ${name} is a stream error, and the session continues [H2.5, RFC 9113 §8.2.2]`, async (t) => {
    const client = await rawRequest(t, raw.connectLines({}, [[name, value]]))
    assert.equal(await client.reset(1), raw.PROTOCOL_ERROR)
    client.request(3, raw.connectLines())
    assert.ok((await client.answer(3)).is200)
  })
}

test('Sec-WebSocket-Key is ignored, whatever its value, and the response has no accept [H2.6, RFC 8441 §5]', async (t) => {
  const { server } = await echoServer(t)
  const session = await http2Session(t, server.url)
  for (const fields of [
    { 'sec-websocket-key': 'not a key' },
    { 'sec-websocket-key': sampleKey },
    { 'sec-websocket-key': sampleKey, 'user-agent': 'nodejs' },
  ]) {
    const peer = openStream(session, '/', fields)
    const response = await peer.response()
    assert.equal(response[':status'], 200)
    assert.equal(response['sec-websocket-accept'], undefined)
  }
  // Deviation: Node's own client fails without it.
  for (const agent of ['node', 'undici']) {
    const response = await openStream(session, '/', { 'sec-websocket-key': sampleKey, 'user-agent': agent }).response()
    assert.equal(response['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    const without = await openStream(session, '/', { 'sec-websocket-key': 'short', 'user-agent': agent }).response()
    assert.equal(without['sec-websocket-accept'], undefined)
  }
})

test('H2.7 no version is 400 with sec-websocket-version: 13; H2.8 so is version 12, since 426 would need Upgrade', async (t) => {
  const { server } = await echoServer(t)
  const session = await http2Session(t, server.url)
  for (const version of [undefined, '12', '013']) {
    const headers = connectHeaders()
    if (version === undefined) delete headers['sec-websocket-version']
    else headers['sec-websocket-version'] = version
    const response = await new StreamPeer(session.request(headers, { endStream: false })).response()
    assert.equal(response[':status'], 400)
    assert.equal(response['sec-websocket-version'], '13')
    assert.equal(response['upgrade'], undefined)
  }
})

for (const name of [':scheme', ':path']) {
  test(`a request without ${name} is a stream error PROTOCOL_ERROR [H2.9, RFC 8441 §4]`, async (t) => {
    const client = await rawRequest(t, raw.connectLines({ [name]: undefined }))
    assert.equal(await client.reset(1), raw.PROTOCOL_ERROR)
    client.request(3, raw.connectLines())
    assert.ok((await client.answer(3)).is200)
  })
}

test('another :protocol is 501, and nothing is opened [H2.10]', async (t) => {
  const { server, opened } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const peer = openStream(session, '/', { ':protocol': 'connect-udp' })
  assert.equal(await peer.status(), 501)
  assert.match(await peer.body(), /connect-udp/)
  assert.equal(opened.length, 0)
})

test(':protocol on a GET is a stream error [H2.11, RFC 8441 §4]', async (t) => {
  const client = await rawRequest(t, raw.connectLines({ ':method': 'GET' }), raw.END_HEADERS | raw.END_STREAM)
  assert.equal(await client.reset(1), raw.PROTOCOL_ERROR)
})

test('a classic CONNECT is neither a WebSocket nor a tunnel [H2.12]', async (t) => {
  const target = net.createServer(() => assert.fail('a tunnel was opened'))
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  t.after(() => target.close())
  const { server, opened } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const authority = `127.0.0.1:${(target.address() as net.AddressInfo).port}`
  const peer = new StreamPeer(session.request({ ':method': 'CONNECT', ':authority': authority }, { endStream: false }))
  assert.equal(await peer.status(), 501)
  assert.equal(opened.length, 0)
})

test(':authority of another host is passed to the hook and never connected to [H2.13]', async (t) => {
  const { server } = await echoServer(t, {
    upgrade: (request) => (request.authority === 'localhost' ? {} : new Response('another host', { status: 421 })),
  })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session, '/', { ':authority': 'internal.example:6379' }).status(), 421)
  await expectOpen(openStream(session))
})

test('END_STREAM on the request opens nothing [H2.14]', async (t) => {
  const { server, opened } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const peer = new StreamPeer(session.request(connectHeaders(), { endStream: true }))
  assert.equal(await peer.status(), 400)
  assert.match(await peer.body(), /ends its stream/)
  assert.equal(opened.length, 0)
})

test('an upper-case field name is malformed [H2.15, RFC 9113 §8.2.1]', async (t) => {
  const client = await rawRequest(t, raw.connectLines({ 'sec-websocket-version': undefined }, [['Sec-WebSocket-Version', '13']]))
  assert.equal(await client.reset(1), raw.PROTOCOL_ERROR)
})

test('subprotocols and extensions are judged as over HTTP/1.1 [H2.16]', async (t) => {
  const { server } = await echoServer(t, { subprotocols: ['chat', 'superchat'], extensions: [permessageDeflate()] })
  const session = await http2Session(t, server.url)
  const answer = async (fields: http2.OutgoingHttpHeaders) => openStream(session, '/', fields).response()
  for (const [offer, status, chosen] of [
    ['superchat, chat', 200, 'superchat'],
    ['other', 200, undefined],
    ['Chat', 200, undefined],
    ['chat,,superchat', 200, 'chat'],
    ['chat chat', 400, undefined],
    ['chat, chat', 400, undefined],
    ['', 400, undefined],
  ] as const) {
    const response = await answer({ 'sec-websocket-protocol': offer })
    assert.deepEqual([offer, response[':status'], response['sec-websocket-protocol']], [offer, status, chosen])
  }
  for (const [offer, status, agreed] of [
    ['permessage-deflate; client_max_window_bits', 200, /^permessage-deflate/],
    ['permessage-deflate; server_max_window_bits=7, x-other', 200, undefined],
    ['permessage-deflate; =', 400, undefined],
    ['x; a="bc", permessage-deflate', 200, /^permessage-deflate/],
  ] as const) {
    const response = await answer({ 'sec-websocket-extensions': offer })
    assert.equal(response[':status'], status, offer)
    if (agreed === undefined) assert.equal(response['sec-websocket-extensions'], undefined, offer)
    else assert.match(String(response['sec-websocket-extensions']), agreed, offer)
  }
})

test('cookie crumbs reach the upgrade hook as one Cookie, over HTTP/2 and from several lines of HTTP/1.1 [RFC 9113 §8.2.3]', async (t) => {
  const cookies: (string | undefined)[] = []
  const upgrade = (request: { fields: { get(name: string): string | undefined } }): object => {
    cookies.push(request.fields.get('cookie'))
    return {}
  }
  const { server } = await echoServer(t, { tls: undefined as never, upgrade })
  const crumbs = ['session=abc', 'theme=dark', 'lang=en'] as const
  const client = await raw.RawHttp2.to(t, { port: server.port, secure: false })
  client.request(
    1,
    raw.connectLines(
      { ':scheme': 'http' },
      crumbs.map((crumb) => ['cookie', crumb] as const),
    ),
  )
  assert.ok((await client.answer(1)).is200)
  const one = await server.client()
  one.write(openingRequest().replace(/\r\n$/, `${crumbs.map((crumb) => `Cookie: ${crumb}\r\n`).join('')}\r\n`))
  assert.equal((await one.response()).status, 101)
  assert.deepEqual(cookies, Array(2).fill('session=abc; theme=dark; lang=en'))
})

for (const [what, lines] of [
  ['without :authority and Host', { ':authority': undefined }],
  ['without :protocol', { ':protocol': undefined }],
  ['without :scheme', { ':scheme': undefined }],
  ['without :path', { ':path': undefined }],
  ['without :method', { ':method': undefined }],
  ['with :protocol alone', { ':method': undefined, ':scheme': undefined, ':path': undefined, ':authority': undefined }],
  ['with an empty :path', { ':path': '' }],
  ['with an empty :authority', { ':authority': '' }],
  ['with an empty :protocol', { ':protocol': '' }],
] as const) {
  test(`an Extended CONNECT ${what} opens nothing, and the session continues [CVE-2024-36387]`, async (t) => {
    const { server, opened } = await echoServer(t)
    const client = await raw.RawHttp2.to(t, server)
    client.request(1, raw.connectLines(lines))
    await client.until(() => client.frames.some(({ type, stream }) => stream === 1 && (type === raw.HEADERS || type === raw.RST_STREAM)), 'an answer')
    assert.ok(!client.frames.some(({ type, payload }) => type === raw.HEADERS && payload[0] === 0x88))
    client.request(3, raw.connectLines())
    assert.ok((await client.answer(3)).is200)
    assert.equal(opened.length, 1)
  })
}

for (const name of [':method', ':protocol', ':scheme', ':path', ':authority']) {
  test(`an Extended CONNECT with ${name} twice, or after a field, opens nothing, and the session continues [CVE-2024-36387]`, async (t) => {
    const { server, opened } = await echoServer(t)
    const client = await raw.RawHttp2.to(t, server)
    const [again] = raw.connectLines().filter(([one]) => one === name)
    const pseudo = raw.connectLines().filter(([one]) => one.startsWith(':'))
    client.request(1, [...pseudo, again as [string, string], ['sec-websocket-version', '13']])
    assert.equal(await client.reset(1), raw.PROTOCOL_ERROR)
    client.request(3, [...pseudo.filter(([one]) => one !== name), ['sec-websocket-version', '13'], again as [string, string]])
    assert.equal(await client.reset(3), raw.PROTOCOL_ERROR)
    client.request(5, raw.connectLines())
    assert.ok((await client.answer(5)).is200)
    assert.equal(opened.length, 1)
  })
}

test('a handshake that the application refuses, throws at or never answers ends only its stream [CVE-2024-36387]', async (t) => {
  const { server } = await echoServer(t, {
    limits: { handshakeMs: 300 },
    error: () => undefined,
    upgrade: (request: { path: string }) => {
      if (request.path === '/throws') throw new Error('on purpose')
      if (request.path === '/rejects') return Promise.reject(new Error('on purpose'))
      if (request.path === '/hangs') return new Promise<object>(() => undefined)
      return request.path === '/refused' ? new Response('no', { status: 403 }) : {}
    },
  })
  const session = await http2Session(t, server.url)
  const kept = await expectOpen(openStream(session))
  const statuses = await Promise.all(['/throws', '/rejects', '/hangs', '/refused'].map((path) => openStream(session, path).status()))
  assert.deepEqual(statuses, [500, 500, 503, 403])
  await expectEcho(kept, 'still here')
})

test('a refused origin is 403 with END_STREAM and no reset, and the session stays usable [H2.17]', async (t) => {
  const { server } = await echoServer(t)
  const client = await raw.RawHttp2.to(t, server)
  client.request(1, raw.connectLines({}, [['origin', 'https://evil.example']]))
  assert.ok(!(await client.answer(1)).is200)
  await client.until(
    () => client.frames.some(({ type, stream, flags }) => type === raw.DATA && stream === 1 && (flags & raw.END_STREAM) !== 0),
    'END_STREAM',
  )
  assert.ok(!client.frames.some(({ type }) => type === raw.RST_STREAM || type === raw.GOAWAY))
  client.request(3, raw.connectLines({}, [['origin', 'https://localhost']]))
  assert.ok((await client.answer(3)).is200)
})

test('RST_STREAM(CANCEL) while open is 1006, and other streams continue [H2.18]', async (t) => {
  const { server, closes } = await echoServer(t)
  const client = await raw.RawHttp2.to(t, server)
  for (const stream of [1, 3]) {
    client.request(stream, raw.connectLines())
    assert.ok((await client.answer(stream)).is200)
  }
  client.write(raw.http2Frame(raw.RST_STREAM, 0, 1, Buffer.from([0, 0, 0, http2.constants.NGHTTP2_CANCEL])))
  const [info] = await closes(1)
  assert.equal(info?.code, 1006)
  assert.equal(info?.wasClean, false)
  assert.match(info?.error?.message ?? '', /reset with CANCEL/)
  client.write(raw.http2Frame(raw.DATA, 0, 3, clientFrame(1, 'after')))
  assert.equal((await client.next(raw.DATA, 3)).payload.subarray(2).toString(), 'after')
})

test('END_STREAM without a Close frame is 1006, and the server ends its side [H2.19]', async (t) => {
  const { server, closes } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const peer = await expectOpen(openStream(session))
  await expectEcho(peer, 'before')
  peer.stream.end()
  await peer.end()
  assert.equal(await peer.gone(), 0)
  assert.equal((await closes(1))[0]?.code, 1006)
})

test('after the closing handshake END_STREAM goes both ways, and the server resets nothing [H2.19]', async (t) => {
  const { server, closes } = await echoServer(t)
  const client = await raw.RawHttp2.to(t, server)
  client.request(1, raw.connectLines())
  assert.ok((await client.answer(1)).is200)
  client.write(raw.http2Frame(raw.DATA, 0, 1, clientFrame(8, Buffer.from([0x03, 0xe8]))))
  await client.until(() => client.frames.some(({ type, flags }) => type === raw.DATA && (flags & raw.END_STREAM) !== 0), 'END_STREAM')
  // A browser takes a reset after the close for a sign that HTTP/2 does not work here.
  await new Promise((resolve) => setTimeout(resolve, 250))
  assert.ok(!client.frames.some(({ type }) => type === raw.RST_STREAM))
  client.write(raw.http2Frame(raw.DATA, raw.END_STREAM, 1))
  const [info] = await closes(1)
  assert.equal(info?.wasClean, true)
  assert.equal(info?.code, 1000)
  client.request(3, raw.connectLines())
  await client.answer(3)
  assert.ok(!client.frames.some(({ type }) => type === raw.RST_STREAM))
})

test('1 MiB with windows of 64 KiB both ways arrives whole, and buffering for a client that does not read is bounded [H2.20]', async (t) => {
  const { server } = await echoServer(t, { http2: { streamWindow: 65_535, sessionWindow: 65_535 } })
  const session = await http2Session(t, server.url)
  const peer = await expectOpen(openStream(session))
  const payload = Buffer.alloc(1_000_000, 'abc')
  peer.stream.write(clientFrame(2, payload))
  assert.ok((await peer.frame()).payload.equals(payload))
  // A client that sends and never reads: the server stops reading, and its WINDOW_UPDATEs with it.
  const deaf = await expectOpen(openStream(session))
  deaf.stream.pause()
  const socket = [...server.connections].at(-1)
  let sent = 0
  for (; sent < 40_000_000 && deaf.stream.writableLength < 4_000_000; sent += payload.length) {
    deaf.stream.write(clientFrame(2, payload))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok((socket?.bufferedAmount ?? Infinity) <= 2 * 16_777_216, `${socket?.bufferedAmount}`)
  await expectEcho(peer, 'beside it')
})

test('a hundred WebSockets and ordinary requests share a connection; one that reads nothing holds up none [H2.21]', async (t) => {
  const { server, opened } = await echoServer(t, {
    http2: { maxConcurrentStreams: 150 },
    request: (request, response) => {
      response.setHeader('content-type', 'text/plain')
      response.end(`${request.method} ${request.url} of ${request.headers.host}`)
    },
  })
  const session = await http2Session(t, server.url)
  const peers = await Promise.all(Array.from({ length: 100 }, async () => expectOpen(openStream(session))))
  const slow = peers[0] as StreamPeer
  slow.stream.pause()
  for (let i = 0; i < 8; i++) slow.stream.write(clientFrame(2, Buffer.alloc(200_000)))
  await Promise.all(
    peers.slice(1).map(async (peer, index) => {
      await expectEcho(peer, `number ${index}`)
      const page = session.request({ ':path': `/page/${index}`, ':authority': 'localhost' })
      let text = ''
      page.setEncoding('utf8')
      for await (const piece of page) text += String(piece)
      assert.equal(text, `GET /page/${index} of localhost`)
    }),
  )
  assert.equal(opened.length, 100)
})

test('drain sends GOAWAY, closes with 1001, and refuses new ones [H2.22]', async (t) => {
  const { server } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const peer = await expectOpen(openStream(session))
  const goaway = once(session, 'goaway')
  const drained = server.drain({ graceMs: 2_000 })
  assert.equal((await peer.closeFrame()).code, 1001)
  await goaway
  assert.throws(() => session.request(connectHeaders()), /GOAWAY|closed|goaway/i)
  peer.stream.end(clientFrame(8, Buffer.from([0x03, 0xe9])))
  assert.deepEqual(await drained, { closed: 1, failed: 0, terminated: 0 })
})

test('an opening handshake that waits while a drain begins gets 503 [H2.22]', async (t) => {
  let reached = (): void => undefined
  const hook = new Promise<void>((resolve) => (reached = resolve))
  const { server } = await echoServer(t, {
    upgrade: async (_request, { signal }) => {
      reached()
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      return {}
    },
  })
  const session = await http2Session(t, server.url)
  const peer = openStream(session)
  await hook
  const drained = server.drain({ graceMs: 2_000 })
  const response = await peer.response()
  assert.equal(response[':status'], 503)
  assert.equal(response['retry-after'], '5')
  peer.stream.close()
  await drained
})

test('the same port speaks HTTP/1.1 to a client that asks for it, by ALPN and in cleartext', async (t) => {
  const { server } = await echoServer(t, { tls: undefined as never })
  const one = await server.client()
  one.write('PR')
  one.write('I / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await one.response()).status, 426)
  const two = await server.client()
  two.write(openingRequest())
  assert.equal((await two.response()).status, 101)
  const session = await http2Session(t, server.url)
  await expectEcho(await expectOpen(openStream(session, '/', { ':scheme': 'http' })), 'h2c')
})

test('the preface of cleartext HTTP/2 is recognised in any pieces', async (t) => {
  const { server } = await echoServer(t, { tls: undefined as never })
  const socket = net.connect({ port: server.port, host: '127.0.0.1', noDelay: true })
  t.after(() => socket.destroy())
  const client = new raw.RawHttp2(socket)
  for (const byte of Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')) {
    socket.write(Uint8Array.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
  client.write(raw.settingsFrame())
  client.request(1, raw.connectLines({ ':scheme': 'http' }))
  assert.ok((await client.answer(1)).is200)
})

test('http2: false leaves the port to HTTP/1.1', async (t) => {
  const { server } = await echoServer(t, { http2: false, tls: undefined as never })
  const one = await server.client()
  one.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  assert.ok((await one.response()).status >= 400)
  const { server: secure } = await echoServer(t, { http2: false })
  const session = http2.connect(secure.url.replace('wss', 'https'), { rejectUnauthorized: false })
  const [error] = await once(session, 'error')
  assert.match(String(error), /alert|protocol|h2/i)
})

test('an ordinary request to a server of WebSocket alone is 405, and the session continues', async (t) => {
  const { server } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const peer = new StreamPeer(session.request({ ':path': '/', ':authority': 'localhost' }))
  assert.equal((await peer.response())[':status'], 405)
  assert.equal((await peer.response())['allow'], 'CONNECT')
  await expectOpen(openStream(session))
})

test('an ordinary request for a path that does not upgrade is 404, one for a path that does is 405 [RS8]', async (t) => {
  const { server } = await echoServer(t, { paths: ['/chat'] })
  const session = await http2Session(t, server.url)
  for (const [path, status] of [
    ['/chat', 405],
    ['/elsewhere', 404],
  ] as const) {
    assert.equal((await new StreamPeer(session.request({ ':path': path, ':authority': 'localhost' })).response())[':status'], status)
  }
})

test('a client in cleartext that vanishes leaves 1006 and no session behind', async (t) => {
  const { server, closes } = await echoServer(t, { tls: undefined as never })
  const client = await raw.RawHttp2.to(t, { port: server.port, secure: false })
  client.request(1, raw.connectLines({ ':scheme': 'http' }))
  assert.ok((await client.answer(1)).is200)
  client.socket.end()
  assert.equal((await closes(1))[0]?.code, 1006)
  await client.gone()
  assert.equal(server.connections.size, 0)
})
