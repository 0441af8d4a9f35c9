import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import { mkdtempSync, rmSync } from 'node:fs'
import * as net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import type { RefusedHandshake, ServeOptions, UpgradeRequest } from '../../../src/index.ts'
import { authority, localhost } from '../../certificates/index.ts'
import { StreamPeer } from '../../peers/http2-client.ts'
import { clientFrame, openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const v1 = 'PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n'
const v2 = Buffer.from(
  '0d0a0d0a000d0a515549540a 21 21 0027 20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 01bb 04 0000'.replaceAll(' ', ''),
  'hex',
)
const local = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex')
const seenV1 = ['192.0.2.1', '192.0.2.1', 56_324, '198.51.100.2', 443]
const seenV2 = ['2001:db8::1', '2001:db8::1', 56_324, '2001:db8::2', 443]

/** A server that trusts 127.0.0.1 with the header, and what its hook and its `refused` handler saw. */
async function proxied(t: TestContext, options: Partial<ServeOptions> = {}) {
  const seen: unknown[][] = []
  const refused: RefusedHandshake[] = []
  const server = await serveFor(t, {
    proxyProtocol: ['127.0.0.1'],
    refused: (one: RefusedHandshake) => refused.push(one),
    upgrade: ({ remoteAddress, transport }: UpgradeRequest) => {
      seen.push([remoteAddress, transport.remoteAddress, transport.remotePort, transport.localAddress, transport.localPort])
      return {}
    },
    message: (socket: { send(data: unknown): unknown }, data: unknown) => void socket.send(data),
    ...options,
  } as ServeOptions)
  return { server, seen, refused }
}

async function expectEcho(client: RawClient, text: string): Promise<void> {
  client.write(clientFrame(1, text))
  assert.equal((await client.frame()).payload.toString(), text)
}

test('proxyProtocol: the header of either version gives the hook the addresses of the client, and the bytes after it are the request', async (t) => {
  const { server, seen } = await proxied(t)
  for (const header of [v1, v2]) {
    const client = await server.client()
    client.write(header, openingRequest(), clientFrame(1, 'early'))
    assert.equal((await client.response()).status, 101)
    assert.equal((await client.frame()).payload.toString(), 'early')
    await expectEcho(client, 'later')
  }
  assert.deepEqual(seen, [seenV1, seenV2])
})

test('proxyProtocol: header and request may come one byte at a time', async (t) => {
  const { server, seen } = await proxied(t)
  const client = await server.client()
  for (const byte of Buffer.concat([v2, Buffer.from(openingRequest())])) {
    client.write(Uint8Array.of(byte))
    await new Promise(setImmediate)
  }
  assert.equal((await client.response()).status, 101)
  await expectEcho(client, 'x')
  assert.deepEqual(seen, [seenV2])
})

async function overTls(t: TestContext, port: number, header: string | Uint8Array, ALPNProtocols: string[]): Promise<tls.TLSSocket> {
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(header)
  const secure = tls.connect({ socket, ca: authority, servername: 'localhost', ALPNProtocols })
  t.after(() => secure.destroy())
  await once(secure, 'secureConnect')
  return secure
}

test('proxyProtocol: the header comes before the TLS handshake, over HTTP/1.1 and HTTP/2', async (t) => {
  const { server, seen } = await proxied(t, { tls: localhost })
  for (const header of [v1, v2]) {
    const client = new RawClient(await overTls(t, server.port, header, ['http/1.1']))
    client.write(openingRequest('/', { Host: `localhost:${server.port}` }))
    assert.equal((await client.response()).status, 101)
    await expectEcho(client, 'secure')
    const secure = await overTls(t, server.port, header, ['h2'])
    const session = http2.connect(`https://localhost:${server.port}`, { createConnection: () => secure })
    t.after(() => session.destroy())
    await once(session, 'remoteSettings')
    const stream = new StreamPeer(session.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/', 'sec-websocket-version': '13' }))
    assert.equal(await stream.status(), 200)
  }
  assert.deepEqual(seen, [seenV1, seenV1, seenV2, seenV2])
})

test('proxyProtocol: LOCAL and UNKNOWN keep the addresses of the socket', async (t) => {
  const { server, seen } = await proxied(t)
  for (const header of [local, 'PROXY UNKNOWN\r\n']) {
    const client = await server.client()
    client.write(header, openingRequest())
    assert.equal((await client.response()).status, 101)
  }
  assert.deepEqual(
    seen.map(([remoteAddress, , , , localPort]) => [remoteAddress, localPort]),
    [
      ['127.0.0.1', server.port],
      ['127.0.0.1', server.port],
    ],
  )
})

test('proxyProtocol: a connection of a listed address without a valid header is refused with 400, and the reason is reported', async (t) => {
  const { server, seen, refused } = await proxied(t)
  for (const [bytes, reason] of [
    [openingRequest(), /does not begin with a header of the PROXY protocol \(option proxyProtocol\)/],
    ['PROXY TCP4 192.0.2.1 198.51.100.2 56324 99999\r\n', /two addresses of its family and two ports/],
  ] as const) {
    const client = await server.client()
    client.write(bytes)
    const response = await client.response()
    assert.equal(response.status, 400)
    assert.match(response.body, reason)
    await client.end()
    assert.match(refused.at(-1)?.reason ?? '', reason)
    assert.equal(refused.at(-1)?.remoteAddress, '127.0.0.1')
  }
  assert.deepEqual([seen, refused.length], [[], 2])
})

test('proxyProtocol: without a header, a connection over TLS is dropped before its handshake, and the reason is reported', async (t) => {
  const { server, refused } = await proxied(t, { tls: localhost })
  const socket = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
  socket.on('error', () => undefined)
  socket.on('secureConnect', () => assert.fail('the TLS handshake was completed'))
  await new Promise<void>((resolve) => socket.on('close', () => resolve()))
  assert.deepEqual(
    refused.map(({ status, reason }) => [status, /does not begin with a header/.test(reason)]),
    [[400, true]],
  )
})

test('proxyProtocol: an address that is not listed has no header, and one that it sends is not believed', async (t) => {
  const { server, seen } = await proxied(t, { proxyProtocol: ['192.0.2.0/24', 'unix'] })
  const plain = await server.client()
  plain.write(openingRequest())
  assert.equal((await plain.response()).status, 101)
  const forged = await server.client()
  forged.write(v1, openingRequest())
  assert.equal((await forged.response()).status, 400)
  assert.deepEqual(
    seen.map(([remoteAddress]) => remoteAddress),
    ['127.0.0.1'],
  )
})

test('limits.handshakeMs bounds the header: one that has begun gets 408, and a silent connection is ended [RFC 9110 §15.5.9]', async (t) => {
  const { server } = await proxied(t, { limits: { handshakeMs: 150 } })
  const slow = await server.client()
  slow.write('PROXY TC')
  const silent = await server.client()
  const response = await slow.response()
  assert.equal(response.status, 408)
  assert.match(response.body, /the PROXY header was not complete after 150 ms/)
  await Promise.all([slow.end(), silent.end()])
  assert.equal(silent.buffer.length, 0)
})

test('proxyProtocol: clients that leave, stop reading or reset inside the header harm nobody, and close() ends those that wait', async (t) => {
  const { server } = await proxied(t, { limits: { handshakeMs: 600_000 } })
  for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
    const client = await server.client()
    client.write('PROXY ')
    await new Promise(setImmediate)
    client.socket[leave]()
    if (leave === 'end') await client.end()
  }
  const good = await server.client()
  good.write(v1, openingRequest())
  assert.equal((await good.response()).status, 101)
  const waiting = await server.client()
  waiting.write('PROXY ')
  await expectEcho(good, 'x')
  await server.close()
  await waiting.end()
})

test('proxyProtocol: an ordinary request has the address of the client, and limits count it', async (t) => {
  const { server } = await proxied(t, {
    limits: { connectionsPerAddress: 1 },
    request: (request, response) => void response.end(`${request.socket.remoteAddress} ${request.socket.remotePort}`),
  })
  const ordinary = await server.client()
  ordinary.write(v1, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await ordinary.response()).body, '192.0.2.1 56324')
  for (const [header, status] of [
    [v1, 101],
    [v1, 429],
    [v2, 101],
  ] as const) {
    const client = await server.client()
    client.write(header, openingRequest())
    assert.equal((await client.response()).status, status)
  }
})

test('proxyProtocol: connections of a Unix domain socket have the addresses of their header, and can be dropped', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 's.sock')
  const { server, seen } = await proxied(t, {
    socketPath: path,
    proxyProtocol: ['unix'],
    open: (socket) => void setImmediate(() => socket.terminate()),
  })
  const client = await RawClient.to({ path })
  t.after(() => client.destroy())
  client.write(v1, openingRequest())
  await client.end()
  while (server.connections.size > 0) await new Promise(setImmediate)
  assert.deepEqual(seen, [seenV1])
})

test('proxyProtocol: an address that can never match is an OptionError', async (t) => {
  await assert.rejects(serveFor(t, { proxyProtocol: ['proxy.example'] }), { name: 'OptionError', option: 'proxyProtocol[0]' })
})
