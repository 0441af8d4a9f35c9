import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import { attach } from '../../../src/runtime/node/serve.ts'
import { authority, localhost } from '../../certificates/index.ts'
import { connectHeaders, http2Session, openStream, StreamPeer } from '../../peers/http2-client.ts'
import { clientFrame, openingRequest, RawClient } from '../../peers/raw-client.ts'

const echo = { message: (socket: { send(message: string | Uint8Array): unknown }, message: string | Uint8Array) => void socket.send(message) }

async function listen<S extends http2.Http2Server | http2.Http2SecureServer>(t: TestContext, server: S): Promise<{ server: S; url: string }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { server, url: `${'setSecureContext' in server ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/` }
}

async function expectEcho(peer: StreamPeer): Promise<void> {
  assert.equal(await peer.status(), 200)
  peer.stream.write(clientFrame(1, 'hello'))
  assert.equal((await peer.frame()).payload.toString(), 'hello')
}

async function page(session: http2.ClientHttp2Session, path: string): Promise<string> {
  let text = ''
  for await (const piece of session.request({ ':path': path, ':authority': 'localhost' }).setEncoding('utf8')) text += String(piece)
  return text
}

test('attach turns SETTINGS_ENABLE_CONNECT_PROTOCOL on, takes CONNECT on its paths, and leaves requests to the compatibility API', async (t) => {
  const { server, url } = await listen(
    t,
    http2.createServer((request, response) => response.end(`page ${request.url}`)),
  )
  attach(server, { ...echo, paths: ['/ws'] })
  const session = await http2Session(t, url)
  assert.equal(session.remoteSettings.enableConnectProtocol, true)
  await expectEcho(openStream(session, '/ws?x=1', { ':scheme': 'http' }))
  assert.equal(await page(session, '/ws'), 'page /ws')
})

test('allowHTTP1: both the stream and the upgrade of one port are taken, by ALPN', async (t) => {
  const options = { ...localhost, allowHTTP1: true }
  const { server, url } = await listen(
    t,
    http2.createSecureServer(options, (request, response) => response.end(`page ${request.httpVersion}`)),
  )
  const attached = attach(server, echo)
  const session = await http2Session(t, url)
  const over2 = openStream(session)
  await expectEcho(over2)
  const socket = tls.connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: authority,
    ALPNProtocols: ['http/1.1'],
  })
  await once(socket, 'secureConnect')
  const over1 = new RawClient(socket)
  t.after(() => over1.destroy())
  over1.write(openingRequest())
  assert.equal((await over1.response()).status, 101)
  over1.write(clientFrame(1, 'old'))
  assert.equal((await over1.frame()).payload.toString(), 'old')
  assert.deepEqual([...attached.connections].map(({ transport }) => transport.httpVersion).sort(), ['1.1', '2'])
  assert.equal(await page(session, '/'), 'page 2.0')
})

test('other values of :protocol, tunnels and unattached paths are left to the owner if it listens', async (t) => {
  const { server, url } = await listen(t, http2.createServer())
  server.on('stream', (stream, headers) => {
    if (headers[':protocol'] === 'connect-udp' || headers[':path'] === '/mine') stream.respond({ ':status': 299 })
  })
  attach(server, { ...echo, paths: ['/ws'] })
  const session = await http2Session(t, url)
  const mine = openStream(session, '/', { ':protocol': 'connect-udp' })
  assert.equal(await mine.status(), 299)
  assert.equal(await openStream(session, '/mine').status(), 299)
  await expectEcho(openStream(session, '/ws', { ':scheme': 'http' }))
  mine.stream.close()
})

for (const [what, server] of [
  ['with the compatibility API', () => http2.createServer((_request, response) => response.end())],
  ['without any other listener', () => http2.createServer()],
] as const) {
  test(`requests that no listener would answer are refused: 404 for a path, 501 for a protocol and a tunnel, ${what}`, async (t) => {
    const { server: shared, url } = await listen(t, server())
    attach(shared, { ...echo, paths: ['/ws'] })
    const session = await http2Session(t, url)
    assert.equal(await openStream(session, '/other').status(), 404)
    assert.equal(await openStream(session, '/', { ':protocol': 'connect-udp' }).status(), 501)
    const tunnel = new StreamPeer(session.request({ ':method': 'CONNECT', ':authority': 'localhost:1' }, { endStream: false }))
    assert.equal(await tunnel.status(), 501)
    await expectEcho(openStream(session, '/ws', { ':scheme': 'http' }))
  })
}

test('two servers share one HTTP/2 server by path; a closed one frees its path, and after both CONNECT belongs to the owner again', async (t) => {
  const { server, url } = await listen(
    t,
    http2.createServer((_request, response) => response.end()),
  )
  const first = attach(server, { paths: ['/a'], open: (socket) => void socket.send('first') })
  const second = attach(server, { paths: ['/b'], open: (socket) => void socket.send('second') })
  const session = await http2Session(t, url)
  for (const [path, text] of [
    ['/a', 'first'],
    ['/b', 'second'],
  ] as const) {
    assert.equal((await openStream(session, path).frame()).payload.toString(), text)
  }
  await first.close()
  assert.equal(await openStream(session, '/a').status(), 404)
  await second.close()
  assert.equal(await new StreamPeer(session.request(connectHeaders('/b'), { endStream: false })).status(), 405)
  assert.equal(server.listenerCount('stream'), 1)
})

test('the drain of an attached server refuses new ones with 503 and leaves the sessions of the owner open', async (t) => {
  const { server, url } = await listen(
    t,
    http2.createServer((_request, response) => response.end('still')),
  )
  const attached = attach(server, { ...echo, paths: ['/ws'] })
  const session = await http2Session(t, url)
  const peer = openStream(session, '/ws')
  await expectEcho(peer)
  const drained = attached.drain({ graceMs: 1_000, code: 1012 })
  assert.equal(await openStream(session, '/ws').status(), 503)
  assert.equal((await peer.closeFrame()).code, 1012)
  peer.stream.end(clientFrame(8, Buffer.from([0x03, 0xf4])))
  await drained
  assert.equal(await page(session, '/'), 'still')
})

test('a client that resets a CONNECT that no listener answers does not end the process', async (t) => {
  const { server, url } = await listen(t, http2.createServer())
  attach(server, { ...echo, paths: ['/ws'] })
  const given = new Promise<http2.ServerHttp2Stream>((resolve) => server.on('stream', resolve))
  const session = await http2Session(t, url)
  const ignored = openStream(session, '/nobody', { ':scheme': 'http' })
  const stream = await given
  // Not `once`, which listens for errors itself.
  const closed = new Promise<void>((resolve) => stream.on('close', resolve))
  ignored.stream.on('error', () => undefined)
  ignored.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
  await closed
})
