import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import type { Http2Options } from '../../src/server/http2/options.ts'
import type { ServeOptions } from '../../src/runtime/node/serve.ts'
import { authority, localhost } from '../certificates/index.ts'
import { CliProcess } from '../cli/cli-process.ts'
import { clientFrame } from '../peers/raw-client.ts'
import * as raw from '../peers/raw-http2.ts'
import { serveFor } from '../peers/test-server.ts'

/** A connection that stays half open: it never ends its side when the server ends the other. */
async function halfOpen(t: TestContext, port: number, secure: boolean): Promise<net.Socket> {
  const target = { port, host: '127.0.0.1', allowHalfOpen: true }
  const socket = secure ? tls.connect({ ...target, servername: 'localhost', ca: authority, ALPNProtocols: ['h2'] }) : net.connect(target)
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, secure ? 'secureConnect' : 'connect')
  return socket
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

interface Scene {
  readonly socket: net.Socket
  readonly client: raw.RawHttp2
  readonly scheme: { ':scheme': string }
}

/** What peers of HTTP/2 do, each on a connection of its own, before they fall silent. None reacts to anything afterwards. */
const peers: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'is silent after the preface': async ({ client }) => {
    client.write(preface, raw.settingsFrame())
    await client.next(raw.SETTINGS)
  },
  'is silent inside the preface': async ({ client, socket }) => {
    client.write(preface.subarray(0, 20))
    await new Promise((resolve) => socket.once('data', resolve))
  },
  'is silent with a WebSocket open': async ({ client, scheme }) => {
    client.write(preface, raw.settingsFrame())
    client.request(1, raw.connectLines(scheme))
    assert.ok((await client.answer(1)).is200)
  },
  'is silent while the upgrade hook decides': async ({ client, scheme }) => {
    client.write(preface, raw.settingsFrame(), raw.http2Frame(raw.PING, 0, 0, Buffer.alloc(8)))
    client.request(1, raw.connectLines({ ...scheme, ':path': '/pending' }))
    await client.next(raw.PING)
  },
  'opens no window for a refusal and a page': async ({ client, scheme }) => {
    client.write(preface, raw.settingsFrame([4, 0]))
    client.request(1, raw.connectLines({ ...scheme, ':path': '/refused' }))
    client.request(3, Object.entries({ ':method': 'GET', ':path': '/', ':authority': 'localhost', ...scheme }), raw.END_HEADERS | raw.END_STREAM)
    await client.answer(1)
    await client.answer(3)
  },
  'never sends the content of its request': async ({ client, scheme }) => {
    client.write(preface, raw.settingsFrame())
    client.request(1, Object.entries({ ':method': 'POST', ':path': '/', ':authority': 'localhost', ...scheme }))
    await client.answer(1)
  },
  'has stopped reading with megabytes on their way': async ({ client, scheme, socket }) => {
    client.write(preface, raw.settingsFrame([4, 0x7fff_ffff]), raw.http2Frame(raw.WINDOW_UPDATE, 0, 0, Buffer.from([0x7f, 0, 0, 0])))
    client.request(1, raw.connectLines(scheme))
    assert.ok((await client.answer(1)).is200)
    client.write(raw.http2Frame(raw.DATA, 0, 1, clientFrame(1, 'send much')))
    await client.next(raw.DATA, 1)
    socket.pause()
  },
}

const limits = { handshakeMs: 60_000 }
const much = new Uint8Array(16_000_000)

async function startServer(t: TestContext, secure: boolean, http2: Http2Options = {}) {
  return serveFor(t, {
    ...(secure ? { tls: localhost } : {}),
    limits,
    http2,
    keepalive: false,
    upgrade: (request) => {
      if (request.path === '/pending') return new Promise<object>(() => undefined)
      return request.path === '/refused' ? new Response('x'.repeat(1_000), { status: 403 }) : {}
    },
    request: (_request, response) => void response.write('y'.repeat(1_000)),
    message: (socket) => void socket.send(much),
  } as ServeOptions<readonly [], unknown>)
}

async function within(ms: number, promise: Promise<unknown>, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} had not ended after ${ms} ms`)), ms)
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Far above the one second that the end of a connection may take, far below any time that a peer sets. */
const patienceMs = 20_000

for (const secure of [true, false]) {
  describe(`over HTTP/2 ${secure ? 'with TLS' : 'in cleartext'}, whatever a peer does`, () => {
    for (const [what, act] of Object.entries(peers)) {
      for (const end of ['close', 'drain'] as const) {
        test(`${end}() ends in its time when a peer ${what}`, async (t) => {
          const server = await startServer(t, secure)
          const socket = await halfOpen(t, server.port, secure)
          await act({ socket, client: new raw.RawHttp2(socket), scheme: { ':scheme': secure ? 'https' : 'http' } })
          await within(patienceMs, end === 'close' ? server.close() : server.drain({ graceMs: 100 }), `${end}()`)
          assert.equal(server.connections.size, 0)
        })
      }
    }
  })
}

/** Writes until the system says that nobody has the other end any more. */
async function refusedByTheSystem(t: TestContext, socket: net.Socket): Promise<void> {
  const timer = setInterval(() => socket.writable && socket.write(raw.http2Frame(raw.PING, 0, 0, Buffer.alloc(8))), 50)
  t.after(() => clearInterval(timer))
  await new Promise((resolve) => socket.once('close', resolve))
}

for (const secure of [true, false]) {
  test(`a half-open client that never asked for anything loses its descriptor after GOAWAY ${secure ? 'with TLS' : 'in cleartext'}`, async (t) => {
    const server = await serveFor(t, { ...(secure ? { tls: localhost } : {}), limits: { handshakeMs: 100 } })
    const socket = await halfOpen(t, server.port, secure)
    const client = new raw.RawHttp2(socket)
    client.write(preface, raw.settingsFrame())
    await client.next(raw.GOAWAY)
    await within(patienceMs, refusedByTheSystem(t, socket), 'the connection')
  })
}

test('http2.idleMs: a client that has stopped reading loses its descriptor', async (t) => {
  const server = await startServer(t, false, { idleMs: 500 })
  const socket = await halfOpen(t, server.port, false)
  await peers['has stopped reading with megabytes on their way']?.({ socket, client: new raw.RawHttp2(socket), scheme: { ':scheme': 'http' } })
  await within(patienceMs, refusedByTheSystem(t, socket), 'the connection')
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends hawser serve in its time with silent and half-open clients of HTTP/2`, async (t) => {
    await using cli = new CliProcess(['serve', '--port', '0', '--grace', '1'])
    const [, port] = (await cli.sees(/listening ws:\/\/127\.0\.0\.1:(\d+)/)) as unknown as [string, string]
    for (const what of ['is silent after the preface', 'is silent with a WebSocket open', 'is silent inside the preface']) {
      const socket = await halfOpen(t, Number(port), false)
      await peers[what]?.({ socket, client: new raw.RawHttp2(socket), scheme: { ':scheme': 'http' } })
    }
    cli.child.kill(signal)
    await within(patienceMs, cli.ended, 'the command')
    assert.equal((await cli.ended).code, 0)
  })
}
