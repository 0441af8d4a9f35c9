import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { NodeClientSession, NodeServerSession } from '../../../src/runtime/node/http2-session.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import * as raw from '../../peers/raw-http2.ts'

/** A client by hand, and the session that node:http2 has for it. */
async function serverSession(t: TestContext) {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } })
  server.on('sessionError', () => undefined)
  server.on('stream', (stream) => stream.respond())
  const listener = net.createServer((socket) => server.emit('connection', socket))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => listener.close())
  const [[socket], [session], client] = await Promise.all([
    once(listener, 'connection') as Promise<[net.Socket]>,
    once(server, 'session') as Promise<[http2.ServerHttp2Session]>,
    raw.RawHttp2.to(t, { port: (listener.address() as net.AddressInfo).port, secure: false }),
  ])
  await client.next(raw.SETTINGS)
  return { session: new NodeServerSession(session, socket), socket, client }
}

test('GOAWAY leaves open streams, and says which was the last [RFC 9113 §6.8]', async (t) => {
  const { session, client } = await serverSession(t)
  client.request(5, raw.connectLines({ ':scheme': 'http' }))
  assert.ok((await client.answer(5)).is200)
  assert.equal(session.lastStreamId, 5)
  session.goAway()
  assert.deepEqual([session.isClosing, session.isOver], [true, false])
  assert.equal((await client.next(raw.GOAWAY)).payload.readUInt32BE(0), 5)
})

test('abort ends the connection of a client that never ends its own side, after GOAWAY', async (t) => {
  const { session, socket, client } = await serverSession(t)
  session.abort()
  await client.next(raw.GOAWAY)
  assert.ok(session.isOver)
  if (!socket.destroyed) await once(socket, 'close')
})

test('a flood ends with GOAWAY and ENHANCE_YOUR_CALM [RFC 9113 §10.5]', async (t) => {
  const { session, client } = await serverSession(t)
  session.endForFlood(new Error('too much'))
  assert.equal((await client.next(raw.GOAWAY)).payload.readUInt32BE(4), http2.constants.NGHTTP2_ENHANCE_YOUR_CALM)
})

test('a PING is counted when it is written, and its answer is reported', async (t) => {
  const { session, client } = await serverSession(t)
  const before = session.bytesWritten
  const answered = new Promise<void>((resolve) => session.ping(resolve))
  const ping = await client.next(raw.PING)
  assert.ok(session.bytesWritten - before >= 17)
  client.write(raw.http2Frame(raw.PING, 1, 0, ping.payload))
  await answered
  assert.ok(session.bytesRead >= 17)
})

test("a client session reports the server's settings, and opens a stream for a request", async (t) => {
  const server = http2.createServer({ settings: { enableConnectProtocol: true, maxConcurrentStreams: 7 } })
  server.on('stream', (stream, headers) => stream.respond({ ':status': 200, 'x-path': headers[':path'] }))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as net.AddressInfo
  const socket = net.connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const node = http2.connect(`http://127.0.0.1:${port}`, { createConnection: () => socket })
  await once(node, 'remoteSettings')
  const session = new NodeClientSession(node, socket)
  assert.deepEqual([session.allowsConnect, session.maxConcurrentStreams], [true, 7])
  const stream = session.request(raw.connectLines({ ':scheme': 'http', ':path': '/p' }), createRuntime(createTestPlatform(1), new ManualClock()))
  const [status, lines] = await new Promise<[number, readonly string[]]>((resolve) => stream.onResponse((...all) => resolve(all)))
  assert.equal(status, 200)
  assert.equal(lines[lines.indexOf('x-path') + 1], '/p')
  const closed = new Promise<void>((resolve) => stream.onClosed(resolve))
  stream.abort()
  await closed
  assert.equal(stream.resetCode, http2.constants.NGHTTP2_CANCEL)
})
