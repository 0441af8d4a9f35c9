import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Members } from '../../src/connection/members.ts'
import { createRuntime } from '../../src/connection/runtime.ts'
import { createHostPolicy } from '../../src/core/handshake/index.ts'
import { nodePlatform } from '../../src/runtime/node/platform.ts'
import { attach } from '../../src/runtime/node/serve.ts'
import type { RefusedHandshake, ServerLimits } from '../../src/server/options.ts'
import { RequestLoop } from '../../src/server/http1/request-loop.ts'
import { readServerSettings } from '../../src/server/settings.ts'
import type { AnyServerOptions } from '../../src/server/settings.ts'
import { ServerCore } from '../../src/server/server-core.ts'
import { ManualClock, settle, transportPair } from '../../src/testing/index.ts'
import { localhost } from '../certificates/index.ts'
import { http2Session, openStream } from '../peers/http2-client.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'
import type { RawResponse } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

interface Opened {
  readonly client: RawClient
  readonly response: RawResponse
}

async function open(server: { client(): Promise<RawClient> }, forwarded?: string): Promise<Opened> {
  const client = await server.client()
  client.write(openingRequest('/', forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }))
  return { client, response: await client.response() }
}

async function statusFrom(t: TestContext, port: number, localAddress: string): Promise<number> {
  const client = new RawClient(net.connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true }))
  t.after(() => client.destroy())
  client.write(openingRequest())
  return (await client.response()).status
}

test('limits.connectionsPerAddress: more get 429 with Retry-After, other addresses are accepted, and a free place is given again [RFC 6585 §4]', async (t) => {
  const refused: RefusedHandshake[] = []
  const server = await serveFor(t, { limits: { connectionsPerAddress: 2 }, refused: (one) => refused.push(one), message() {} })
  const first = await open(server)
  const second = await open(server)
  assert.deepEqual([first.response.status, second.response.status], [101, 101])
  const { response } = await open(server)
  assert.equal(response.status, 429)
  assert.match(response.get('retry-after') ?? '', /^\d+$/)
  assert.match(response.body, /this client's address has 2 connections/)
  assert.deepEqual(
    refused.map(({ status, path }) => [status, path]),
    [[429, '/']],
  )
  assert.equal(await statusFrom(t, server.port, '127.0.0.2'), 101)
  first.client.destroy()
  while (server.connections.size > 2) await turn()
  assert.equal((await open(server)).response.status, 101)
  assert.equal((await open(server)).response.status, 429)
})

test('limits.connectionsPerAddress: handshakes in the hook count, and one that is refused or abandoned no longer does', async (t) => {
  const decisions: ((answer: object) => void)[] = []
  const server = await serveFor(t, {
    limits: { connectionsPerAddress: 1 },
    upgrade: () => new Promise<object>((resolve) => decisions.push(resolve)),
    message() {},
  })
  const asked = async (count: number): Promise<void> => {
    while (decisions.length < count) await turn()
  }
  const waiting = await server.client()
  waiting.write(openingRequest())
  await asked(1)
  assert.equal((await open(server)).response.status, 429)
  decisions[0]?.(new Response('no', { status: 403 }))
  assert.equal((await waiting.response()).status, 403)

  const leaving = await server.client()
  leaving.write(openingRequest())
  await asked(2)
  leaving.destroy()
  await leaving.gone()
  await turn()
  const last = await server.client()
  last.write(openingRequest())
  await asked(3)
  decisions[2]?.({})
  assert.equal((await last.response()).status, 101)
  assert.equal((await open(server)).response.status, 429)
})

test('limits.connectionsPerAddress counts the address that a trusted proxy names, an IPv6 address by limits.ipv6Prefix, and an unknown one not at all', async (t) => {
  const server = await serveFor(t, { limits: { connectionsPerAddress: 1 }, trustProxy: ['127.0.0.1'], message() {} })
  const cases: [string | undefined, number][] = [
    ['192.0.2.1', 101],
    ['192.0.2.1', 429],
    ['192.0.2.2', 101],
    ['2001:db8::1', 101],
    ['2001:db8::ffff:2', 429],
    ['2001:db8:0:1::1', 101],
    [undefined, 101],
    [undefined, 101],
  ]
  for (const [address, status] of cases) assert.equal((await open(server, address)).response.status, status, address)

  const wider = await serveFor(t, { limits: { connectionsPerAddress: 1, ipv6Prefix: 56 }, trustProxy: ['127.0.0.1'], message() {} })
  assert.equal((await open(wider, '2001:db8::1')).response.status, 101)
  assert.equal((await open(wider, '2001:db8:0:1::1')).response.status, 429)
  assert.equal((await open(wider, '2001:db8:0:100::1')).response.status, 101)
})

test('limits.connectionsPerAddress: the forwarded address of a client that is no trusted proxy is not believed', async (t) => {
  const server = await serveFor(t, { limits: { connectionsPerAddress: 1 }, trustProxy: ['192.0.2.9'], message() {} })
  assert.equal((await open(server, '192.0.2.1')).response.status, 101)
  assert.equal((await open(server, '192.0.2.2')).response.status, 429)
})

test('limits.connectionsPerAddress counts the streams of one HTTP/2 connection [RFC 8441 §5]', async (t) => {
  const server = await serveFor(t, { limits: { connectionsPerAddress: 2 }, tls: localhost, message() {} })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session).status(), 200)
  assert.equal(await openStream(session).status(), 200)
  assert.equal(await openStream(session).status(), 429)
})

test('limits.connections counts HTTP/2 sessions without a stream: one of them gets GOAWAY when another connection needs the place', async (t) => {
  const server = await serveFor(t, { limits: { connections: 4 }, tls: localhost, message() {} })
  const idle = [await http2Session(t, server.url), await http2Session(t, server.url), await http2Session(t, server.url)]
  const kept = await http2Session(t, server.url)
  const peer = openStream(kept)
  assert.equal(await peer.status(), 200)
  const isOver = (): number => idle.filter((session) => session.closed || session.destroyed).length
  for (let i = 0; i < 2; i++) {
    const another = await http2Session(t, server.url)
    assert.equal(await openStream(another).status(), 200)
    while (isOver() <= i) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.deepEqual([isOver(), server.connections.size], [2, 3])
  // A session whose stream has ended is one without a stream again.
  peer.stream.write(clientFrame(8, new Uint8Array([0x03, 0xe8])))
  await peer.end()
  peer.stream.end()
  await peer.gone()
  while (server.connections.size > 2) await new Promise((resolve) => setTimeout(resolve, 5))
  await http2Session(t, server.url)
  while (isOver() + Number(kept.closed || kept.destroyed) < 3) await new Promise((resolve) => setTimeout(resolve, 5))
})

/** Opens WebSockets on a server of node:http or node:http2 that has one attached, or on one that listens itself. */
const carriers: readonly (readonly [
  name: string,
  start: (t: TestContext, limits: Partial<ServerLimits>) => Promise<() => Promise<number | undefined>>,
])[] = [
  [
    'attach to node:http',
    async (t, limits) => {
      const server = http.createServer()
      const attached = attach(server, { limits, message() {} })
      const port = await listening(t, server, attached)
      return async () => {
        const client = await RawClient.to({ port })
        t.after(() => client.destroy())
        client.write(openingRequest())
        return (await client.response()).status
      }
    },
  ],
  [
    'attach to node:http2',
    async (t, limits) => {
      const server = http2.createSecureServer(localhost)
      const attached = attach(server, { limits, message() {} })
      const session = await http2Session(t, `wss://localhost:${await listening(t, server, attached)}`)
      return () => openStream(session).status()
    },
  ],
  [
    'serve over HTTP/2',
    async (t, limits) => {
      const session = await http2Session(t, (await serveFor(t, { tls: localhost, limits, message() {} })).url)
      return () => openStream(session).status()
    },
  ],
]

async function listening(t: TestContext, server: net.Server, attached: { close(): Promise<void> }): Promise<number> {
  t.after(async () => {
    await attached.close()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as net.AddressInfo).port
}

for (const [name, start] of carriers) {
  test(`limits.connections, connectionsPerAddress and handshakesPerSecond hold with ${name}`, async (t) => {
    for (const [limits, refusal] of [
      [{ connections: 2 }, 503],
      [{ connectionsPerAddress: 2 }, 429],
      [{ handshakesPerSecond: 2 }, 503],
    ] as const) {
      const status = await start(t, limits)
      const accepted = name.endsWith('http') ? 101 : 200
      assert.deepEqual([await status(), await status(), await status()], [accepted, accepted, refusal], JSON.stringify(limits))
    }
  })
}

/** Opening handshakes to a server in memory whose clock is set by hand. */
function inMemory(options: AnyServerOptions): { clock: ManualClock; core: ServerCore; shake(): Promise<{ status: number; retryAfter: number }> } {
  const clock = new ManualClock()
  const core = new ServerCore(readServerSettings(options), createRuntime(nodePlatform, clock), assert.fail)
  const hosts = createHostPolicy(undefined, undefined)
  return {
    clock,
    core,
    async shake() {
      const [client, served] = transportPair()
      new RequestLoop({ core, hosts, ordinary: undefined, preface: undefined, loops: new Members() }, served, clock.now())
      let received = ''
      client.attach({
        data: (chunk) => void (received += Buffer.from(chunk).toString('latin1')),
        end: () => undefined,
        drained: () => undefined,
        closed: () => undefined,
      })
      client.resume()
      client.write([Buffer.from(openingRequest())])
      while (!received.includes('\r\n\r\n')) await settle()
      return { status: Number(received.split(' ')[1]), retryAfter: Number(/^Retry-After: (\d+)/im.exec(received)?.[1]) }
    },
  }
}

test('limits.handshakesPerSecond: one second of handshakes at once, then as many as the rate; the others get 503 [RFC 9110 §15.6.4]', async () => {
  const { clock, shake } = inMemory({ limits: { handshakesPerSecond: 4 }, message() {} })
  const statuses = async (count: number): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < count; i++) all.push((await shake()).status)
    return all
  }
  assert.deepEqual(await statuses(6), [101, 101, 101, 101, 503, 503])
  await clock.advance(250)
  assert.deepEqual(await statuses(2), [101, 503])
  await clock.advance(60_000)
  assert.deepEqual(await statuses(5), [101, 101, 101, 101, 503])
})

test('limits.handshakesPerSecond: Retry-After spreads the refused clients at that rate, over a minute at most', async () => {
  const { clock, shake } = inMemory({ limits: { handshakesPerSecond: 2 }, message() {} })
  for (let i = 0; i < 2; i++) assert.equal((await shake()).status, 101)
  const seconds: number[] = []
  for (let i = 0; i < 6; i++) seconds.push((await shake()).retryAfter)
  assert.deepEqual(seconds, [1, 1, 2, 2, 3, 3])
  for (let i = 0; i < 200; i++) seconds.push((await shake()).retryAfter)
  assert.equal(seconds.at(-1), 60)
  await clock.advance(200_000)
  for (let i = 0; i < 2; i++) assert.equal((await shake()).status, 101)
  assert.equal((await shake()).retryAfter, 1)
})

test('limits.handshakesPerSecond: a refusal for another reason takes nothing from the rate', async (t) => {
  const server = await serveFor(t, { limits: { handshakesPerSecond: 1 }, paths: ['/chat'], message() {} })
  for (let i = 0; i < 3; i++) assert.equal((await open(server)).response.status, 404)
  const client = await server.client()
  client.write(openingRequest('/chat'))
  assert.equal((await client.response()).status, 101)
})

test('a limit of admission out of its range is an OptionError, and Infinity turns one off', () => {
  for (const [name, values] of [
    ['connectionsPerAddress', [0, 1.5, '1']],
    ['ipv6Prefix', [0, 129, Number.POSITIVE_INFINITY]],
    ['handshakesPerSecond', [0, -1, Number.NaN]],
  ] as const) {
    for (const value of values) {
      assert.throws(() => readServerSettings({ limits: { [name]: value } }), { name: 'OptionError', option: `limits.${name}` }, `${name} ${value}`)
    }
  }
  const limits = {
    connections: Number.POSITIVE_INFINITY,
    connectionsPerAddress: Number.POSITIVE_INFINITY,
    handshakesPerSecond: Number.POSITIVE_INFINITY,
  }
  assert.deepEqual(readServerSettings({ limits }).admission, readServerSettings({}).admission)
})

test('limits of admission that are hit a thousand times leave no count behind', async () => {
  const { core, shake, clock } = inMemory({ limits: { handshakesPerSecond: 1, connectionsPerAddress: 1_000 }, message() {} })
  for (let i = 0; i < 1_000; i++) await shake()
  assert.equal(core.connections.size, 1)
  await clock.advance(2_000)
  assert.deepEqual([core.ending.size, (await shake()).status], [0, 101])
})
