import assert from 'node:assert/strict'
import * as net from 'node:net'
import { test } from 'node:test'
import { Members } from '../../../src/connection/members.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import type { Transport } from '../../../src/connection/transport.ts'
import { createHostPolicy } from '../../../src/core/handshake/index.ts'
import { nodePlatform } from '../../../src/runtime/node/platform.ts'
import { RequestLoop } from '../../../src/server/http1/request-loop.ts'
import { readServerSettings } from '../../../src/server/settings.ts'
import { ServerCore } from '../../../src/server/server-core.ts'
import { ManualClock, transportPair } from '../../../src/testing/index.ts'
import { clientFrame, openingRequest, RawClient, sampleAccept } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const echo = { message: (socket: { send(message: string | Uint8Array): unknown }, message: string | Uint8Array) => void socket.send(message) }

async function expectEcho(client: RawClient, text: string): Promise<void> {
  client.write(clientFrame(1, text))
  const frame = await client.frame()
  assert.deepEqual([frame.opcode, frame.payload.toString()], [1, text])
}

test('the canonical request gets 101 with the accept of the standard example [RS11, RFC 6455 §4.2.2]', async (t) => {
  const server = await serveFor(t, { ...echo, subprotocols: ['soap', 'wamp'] })
  for (const lines of ['Sec-WebSocket-Protocol: soap, wamp\r\n', 'Sec-WebSocket-Protocol: soap\r\nSec-WebSocket-Protocol: wamp\r\n']) {
    const client = await server.client()
    client.write(openingRequest('/chat').replace('\r\n\r\n', `\r\n${lines}\r\n`))
    const response = await client.response()
    assert.equal(response.status, 101)
    assert.equal(response.get('upgrade'), 'websocket')
    assert.equal(response.get('connection'), 'Upgrade')
    assert.equal(response.get('sec-websocket-accept'), sampleAccept)
    assert.equal(response.get('sec-websocket-protocol'), 'soap')
    await expectEcho(client, 'hello')
  }
})

test('the canonical request, one byte a write, is accepted [S12.1, RFC 9112 §2.2]', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  for (const character of openingRequest()) {
    client.write(character)
    await new Promise(setImmediate)
  }
  assert.equal((await client.response()).status, 101)
  await expectEcho(client, 'x')
})

test('the canonical request, split in two at every byte position, is accepted at every split [S12.2]', async (t) => {
  const server = await serveFor(t, echo)
  const request = openingRequest('/', { 'Sec-WebSocket-Protocol': 'a, b' })
  await Promise.all(
    Array.from({ length: request.length - 1 }, async (_, index) => {
      const client = await RawClient.to({ port: server.port })
      client.write(request.slice(0, index + 1))
      await new Promise(setImmediate)
      client.write(request.slice(index + 1), clientFrame(1, String(index)))
      assert.equal((await client.response()).status, 101, `split at ${index + 1}`)
      assert.equal((await client.frame()).payload.toString(), String(index))
      client.destroy()
    }),
  )
})

test('a request line that is never completed gets 408 within limits.handshakeMs, and others are not affected [S12.3, RFC 9110 §15.5.9]', async (t) => {
  const server = await serveFor(t, { ...echo, limits: { handshakeMs: 150 } })
  const slow = await server.client()
  slow.write('GET / HT')
  const other = await server.client()
  other.write(openingRequest())
  assert.equal((await other.response()).status, 101)
  const response = await slow.response()
  assert.equal(response.status, 408)
  assert.equal(response.get('connection'), 'close')
  await slow.end()
  await expectEcho(other, 'still here')
})

test('one field line now and then does not move the deadline of the head [S12.4]', async (t) => {
  const server = await serveFor(t, { ...echo, limits: { handshakeMs: 200 } })
  const client = await server.client()
  client.write('GET / HTTP/1.1\r\n')
  const started = performance.now()
  const drip = setInterval(() => client.write('X-More: y\r\n'), 20)
  t.after(() => clearInterval(drip))
  assert.equal((await client.response()).status, 408)
  assert.ok(performance.now() - started < 1500)
})

test('a connection on which nothing is ever sent is ended without a response', async (t) => {
  const server = await serveFor(t, { ...echo, limits: { handshakeMs: 50 } })
  const client = await server.client()
  await client.end()
  assert.equal(client.buffer.length, 0)
})

test('a client that half-closes directly after the request gets 101 or the end, and nothing leaks [S12.5]', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  client.socket.end(openingRequest())
  await client.gone()
  assert.match(client.buffer.toString('latin1'), /^HTTP\/1\.1 101 /)
  assert.equal(server.connections.size, 0)
})

test('a client that resets while the server writes the 101 ends with 1006 and no unhandled error [S12.6]', async (t) => {
  const closes: number[] = []
  let opened = 0
  let upgraded = 0
  const server = await serveFor(t, {
    ...echo,
    open: () => void opened++,
    close: (_socket, info) => void closes.push(info.code),
    upgrade: async () => {
      upgraded++
      return {}
    },
  })
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const client = await RawClient.to({ port: server.port })
      client.write(openingRequest())
      await new Promise(setImmediate)
      client.socket.resetAndDestroy()
      await client.gone()
    }),
  )
  const last = await server.client()
  last.write(openingRequest())
  assert.equal((await last.response()).status, 101)
  while (server.connections.size > 1) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(upgraded >= 1)
  assert.equal(opened, closes.length + 1)
  assert.ok(closes.every((code) => code === 1006))
})

for (const [how, request] of [
  ['by the server itself', undefined],
  ['by a request handler', (_q: unknown, r: { end(text: string): void }) => r.end('plain')],
] as const) {
  test(`an ordinary GET answered ${how}, then a handshake on the same connection [S12.7, RFC 9112 §9.3]`, async (t) => {
    const server = await serveFor(t, { ...echo, ...(request === undefined ? {} : { request }) })
    const client = await server.client()
    client.write('GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const plain = await client.response()
    assert.equal(plain.status, request === undefined ? 426 : 200)
    client.write(openingRequest(), clientFrame(1, 'early'))
    assert.equal((await client.response()).status, 101)
    assert.equal((await client.frame()).payload.toString(), 'early')
    await expectEcho(client, 'again')
  })
}

test('pipelined ordinary requests are all answered, in order, by the server itself', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  assert.equal((await client.response()).status, 426)
  const head = await client.response(true)
  assert.equal(head.status, 426)
  assert.notEqual(head.get('content-length'), '0')
  assert.match((await client.response()).get('connection') ?? '', /close/)
  await client.end()
})

test('a rejected handshake closes its connection, so that no frame is read as a request [S12.8, RFC 9112 §9.3]', async (t) => {
  const server = await serveFor(t, { ...echo, paths: ['/ws'] })
  const client = await server.client()
  client.write(openingRequest('/elsewhere'))
  const response = await client.response()
  assert.equal(response.status, 404)
  assert.equal(response.get('connection'), 'close')
  client.write(openingRequest('/ws'))
  await client.end()
  assert.equal(client.buffer.length, 0)
})

const rejections: readonly (readonly [id: string, status: number, request: string])[] = [
  ['RS2 HTTP/1.0', 400, openingRequest().replace('HTTP/1.1', 'HTTP/1.0')],
  ['RS2 method', 405, openingRequest('/', {}, 'POST')],
  ['RS2 no Host', 400, openingRequest('/', { Host: undefined })],
  ['RS2 no Upgrade', 426, openingRequest('/', { Upgrade: undefined })],
  ['RS2 no Connection', 400, openingRequest('/', { Connection: undefined })],
  ['RS2 no key', 400, openingRequest('/', { 'Sec-WebSocket-Key': undefined })],
  ['RS2 short key', 400, openingRequest('/', { 'Sec-WebSocket-Key': 'AAAA' })],
  ['RS7 version 12', 426, openingRequest('/', { 'Sec-WebSocket-Version': '12' })],
  ['RS7 version 013', 426, openingRequest('/', { 'Sec-WebSocket-Version': '013' })],
  ['RS1 malformed subprotocols', 400, openingRequest('/', { 'Sec-WebSocket-Protocol': 'a b' })],
  ['RS1 malformed extensions', 400, openingRequest('/', { 'Sec-WebSocket-Extensions': 'a; b="' })],
  ['RS6 foreign origin', 403, openingRequest('/', { Origin: 'https://evil.example' })],
  ['RS8 unknown path', 404, openingRequest('/unknown')],
  ['RS8 ordinary request for a path that does not upgrade', 404, 'GET /unknown HTTP/1.1\r\nHost: h\r\n\r\n'],
  ['RS8 POST to a path that does not upgrade', 404, 'POST /unknown HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n'],
  ['RS2 ordinary request for a path that upgrades', 426, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'],
  ['H12 content', 400, openingRequest('/', { 'Content-Length': '5' })],
  ['request line too long', 414, openingRequest(`/${'a'.repeat(9000)}`)],
  ['field section too large', 431, openingRequest('/', { 'X-Big': 'a'.repeat(17_000) })],
  ['too many fields', 431, openingRequest().replace('\r\n\r\n', `\r\n${'a: b\r\n'.repeat(2000)}\r\n`)],
  ['not HTTP', 400, '\u0016\u0003\u0001\u0002\u0000\u0001'],
]

for (const [id, status, request] of rejections) {
  test(`${id}: ${status}, framed, without Accept, with Upgrade only in a 426 [S12.9, RFC 9112 §6.3]`, async (t) => {
    const server = await serveFor(t, { ...echo, paths: ['/'] })
    const client = await server.client()
    client.write(request)
    const response = await client.response()
    assert.equal(response.status, status)
    assert.ok(Number(response.get('content-length')) > 0)
    assert.equal(response.get('sec-websocket-accept'), undefined)
    assert.equal(response.get('upgrade'), status === 426 ? 'websocket' : undefined)
    if (status === 405) assert.equal(response.get('allow'), 'GET')
    assert.match(response.body, /[a-z]/)
  })
}

test('the 426 for version 12 has Upgrade, Connection: Upgrade and the versions [S12.10, RS7, RFC 9110 §15.5.22]', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  client.write(openingRequest('/', { 'Sec-WebSocket-Version': '12' }))
  const response = await client.response()
  assert.equal(response.status, 426)
  assert.equal(response.get('upgrade'), 'websocket')
  assert.match(response.get('connection') ?? '', /\bUpgrade\b/)
  assert.equal(response.get('sec-websocket-version'), '13')
})

test('every version that a 426 lists is accepted [S12.11, RFC 6455 §4.4]', async (t) => {
  const server = await serveFor(t, echo)
  const asked = await server.client()
  asked.write(openingRequest('/', { 'Sec-WebSocket-Version': '8' }))
  const versions = (await asked.response()).get('sec-websocket-version')?.split(',') ?? []
  assert.ok(versions.length > 0)
  for (const version of versions) {
    const client = await server.client()
    client.write(openingRequest('/', { 'Sec-WebSocket-Version': version.trim() }))
    assert.equal((await client.response()).status, 101)
  }
})

test('the 101 has each handshake field once and no framing [S12.12, RS12, RFC 9110 §8.6]', async (t) => {
  const server = await serveFor(t, { ...echo, subprotocols: ['chat'] })
  const client = await server.client()
  client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': 'chat' }))
  const names = (await client.response()).fields.map(([name]) => name)
  assert.deepEqual([...names].sort(), ['connection', 'sec-websocket-accept', 'sec-websocket-protocol', 'upgrade'])
})

test('the same key twice in a row is accepted twice [S12.13]', async (t) => {
  const server = await serveFor(t, echo)
  for (let i = 0; i < 2; i++) {
    const client = await server.client()
    client.write(openingRequest())
    assert.equal((await client.response()).status, 101)
  }
})

test('names and tokens are compared without case, and unknown fields are ignored [RS2, RS4]', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  client.write(openingRequest('/', { Upgrade: 'WebSocket', Connection: 'keep-alive, UPGRADE', 'X-Whatever': '1' }))
  assert.equal((await client.response()).status, 101)
})

test('an absolute-form target is accepted [RS2]', async (t) => {
  const server = await serveFor(t, { ...echo, paths: ['/chat'], hosts: ['example.org'] })
  const client = await server.client()
  client.write(openingRequest('http://example.org/chat?x=1'))
  assert.equal((await client.response()).status, 101)
})

test('an absolute-form target is matched against paths like any other [RS8, GHSA-c4j6-fc7j-m34r]', async (t) => {
  const server = await serveFor(t, { ...echo, paths: ['/chat'], hosts: 'any' })
  for (const target of ['http://example.org/', 'http://example.org/admin?/chat', 'http://example.org/chat/..', '//example.org/chat', '/./chat']) {
    const client = await server.client()
    client.write(openingRequest(target))
    assert.equal((await client.response()).status, 404, target)
  }
})

test('a request that expects 100-continue gets 100 and then 101 [H4, RFC 9110 §7.8]', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  client.write(openingRequest('/', { Expect: '100-continue' }))
  assert.equal((await client.response()).status, 100)
  assert.equal((await client.response()).status, 101)
})

test('a head in endless pieces is refused at the limit, at any part [CVE-2026-54467]', async (t) => {
  const server = await serveFor(t, echo)
  const client = await server.client()
  client.write('GET / HTTP/1.1\r\nX: ')
  for (let i = 0; i < 40 && !client.ended; i++) {
    client.write('a'.repeat(1000))
    await new Promise(setImmediate)
  }
  assert.equal((await client.response()).status, 431)
})

test('bytes of every value in the handshake fields never end the process [advisories C1]', async (t) => {
  const server = await serveFor(t, { ...echo, subprotocols: ['chat'] })
  for (const name of ['Sec-WebSocket-Protocol', 'Sec-WebSocket-Extensions', 'Sec-WebSocket-Key', 'Sec-WebSocket-Version', 'Origin', 'Host']) {
    await Promise.all(
      [0x00, 0x0b, 0x7f, 0x80, 0xa0, 0xff].map(async (byte) => {
        const client = await RawClient.to({ port: server.port })
        client.write(openingRequest('/', { [name]: `a${String.fromCharCode(byte)}` }))
        const { status } = await client.response()
        assert.ok(status >= 400 && status < 500, `${name} with byte ${byte}: ${status}`)
        client.destroy()
      }),
    )
  }
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
    const client = await server.client()
    client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': name, 'Sec-WebSocket-Extensions': `${name}; ${name}=1` }))
    const response = await client.response()
    assert.deepEqual([response.status, response.get('sec-websocket-protocol')], [101, undefined])
  }
})

test('20 000 pipelined requests are answered one by one, in order, without recursion [RFC 9112 §9.3.2]', async (t) => {
  const server = await serveFor(t, echo)
  const socket = net.connect({ port: server.port, host: '127.0.0.1' })
  t.after(() => socket.destroy())
  const request = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
  socket.write(`${request.repeat(19_999)}GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  let answers = 0
  let tail = ''
  for await (const chunk of socket) {
    const text = tail + (chunk as Buffer).toString('latin1')
    answers += text.split('HTTP/1.1 426 ').length - 1
    // What may be the start of a status line is counted with the next chunk.
    tail = text.slice(text.lastIndexOf('\n') + 1)
    if (tail.includes('HTTP/1.1 426 ')) tail = ''
  }
  assert.equal(answers, 20_000)
})

/** A connection in memory: the client's end is a transport that reads only when it is told to. */
function loopInMemory(): { client: Transport; clock: ManualClock; answered(): number; received(): string; closed(): boolean } {
  const clock = new ManualClock()
  let answered = 0
  const options = { observe: { handshake: () => void answered++ }, limits: { handshakeMs: 1_000 } }
  const core = new ServerCore(readServerSettings(options), createRuntime(nodePlatform, clock), assert.fail)
  const [client, served] = transportPair({ capacity: 4_096 })
  const hosts = createHostPolicy(undefined, undefined)
  new RequestLoop({ core, hosts, ordinary: undefined, preface: undefined, loops: new Members() }, served, clock.now())
  let received = ''
  let closed = false
  client.attach({
    data: (chunk) => void (received += Buffer.from(chunk).toString('latin1')),
    end: () => undefined,
    drained: () => undefined,
    closed: () => void (closed = true),
  })
  return { client, clock, answered: () => answered, received: () => received, closed: () => closed }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
}

test('a peer that reads no answers gets no more of them than fit into its window, and the others once it reads [RFC 9112 §9.3.2]', async () => {
  const { client, answered, received } = loopInMemory()
  for (let i = 0; i < 100; i++) client.write([Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(10))])
  await settled()
  assert.ok(answered() > 0 && answered() < 30, `${answered()} answers of about 400 bytes each for a window of 4 096`)
  client.resume()
  while (answered() < 1000) await new Promise(setImmediate)
  await settled()
  assert.equal(received().split('HTTP/1.1 426 ').length - 1, 1000)
})

test('a peer that reads no answers is ended when limits.handshakeMs is over, and nothing more is parsed', async () => {
  const { client, clock, answered, closed } = loopInMemory()
  client.write([Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1000))])
  await settled()
  const before = answered()
  await clock.advance(1_000)
  await settled()
  await clock.advance(1_000)
  await settled()
  assert.deepEqual([answered(), closed()], [before, true])
})

test('the deadline of the first request counts from the start of the connection, not from the end of its TLS handshake', async () => {
  const clock = new ManualClock()
  await clock.advance(900)
  const core = new ServerCore(readServerSettings({ limits: { handshakeMs: 1_000 } }), createRuntime(nodePlatform, clock), assert.fail)
  const [client, served] = transportPair()
  const hosts = createHostPolicy(undefined, undefined)
  new RequestLoop({ core, hosts, ordinary: undefined, preface: undefined, loops: new Members() }, served, 0)
  let ended = false
  client.attach({ data: () => undefined, end: () => void (ended = true), drained: () => undefined, closed: () => undefined })
  client.resume()
  await clock.advance(120)
  await settled()
  assert.ok(ended)
})
