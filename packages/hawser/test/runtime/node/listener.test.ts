import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import * as http from 'node:http'
import * as net from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { test } from 'node:test'
import { serve } from '../../../src/runtime/node/serve.ts'
import { localhost } from '../../certificates/index.ts'
import { http2Session, openStream } from '../../peers/http2-client.ts'
import { openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

test('a second request that is never completed, on a connection that node:http has, is ended as well', async (t) => {
  const server = await serveFor(t, { request: (_request, response) => void response.end('ok'), limits: { handshakeMs: 200 } })
  const client = await server.client()
  client.write('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await client.response()).status, 200)
  client.write('GET /2 HTT')
  assert.equal((await client.response()).status, 408)
  await client.end()
})

test('limits.requestMs: a request whose content never comes is answered 408 and its connection closed [RFC 9110 §15.5.9]', async (t) => {
  const server = await serveFor(t, { request: () => undefined, limits: { handshakeMs: 60_000, requestMs: 200 } })
  const client = await server.client()
  client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfive.')
  assert.equal((await client.response()).status, 408)
  await client.end()
})

test('limits.requestMs: a response that takes longer than its request is not cut off', async (t) => {
  const server = await serveFor(t, {
    request: (_request, response) => void setTimeout(() => response.end('late'), 500),
    limits: { requestMs: 100 },
  })
  const client = await server.client()
  client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nfour')
  assert.equal((await client.response()).status, 200)
})

test('stopping ends the sockets without a request, and drops ordinary requests that continue', async (t) => {
  let asked: (() => void) | undefined
  const waiting = new Promise<void>((resolve) => void (asked = resolve))
  const server = await serveFor(t, { request: () => asked?.() })
  const idle = await server.client()
  const busy = await server.client()
  busy.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await waiting
  await server.close()
  await Promise.all([idle.end(), busy.end()])
})

const rebound = { Host: 'evil.test:8080', Origin: 'http://evil.test:8080' }

test('a page that reaches a server on loopback under its own name gets 421, over every HTTP version [RFC 9110 §7.4]', async (t) => {
  const refused = { open: () => assert.fail('opened') }
  for (const request of [undefined, (_request: unknown, response: { end(): unknown }) => response.end()]) {
    const server = await serveFor(t, { ...refused, ...(request === undefined ? {} : { request }) })
    const client = await server.client()
    // On a connection that node:http has, too.
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await client.response()
    client.write(openingRequest('/', rebound))
    const response = await client.response()
    assert.equal(response.status, 421)
    assert.match(response.body, /"evil\.test:8080" is not a name of this server.*hosts/)
  }

  const server = await serveFor(t, { ...refused, tls: localhost })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session, '/', { ':authority': 'evil.test', origin: 'https://evil.test' }).status(), 421)

  const shared = http.createServer()
  shared.listen(0, '127.0.0.1')
  await once(shared, 'listening')
  t.after(() => shared.close())
  server.attach(shared, { paths: ['/attached'] })
  shared.on('upgrade', (message, socket, head) => {
    if (message.url === '/handled') server.handleUpgrade(message, socket, head)
  })
  for (const path of ['/attached', '/handled']) {
    const client = await RawClient.to({ port: (shared.address() as AddressInfo).port })
    t.after(() => client.destroy())
    client.write(openingRequest(path, rebound))
    assert.equal((await client.response()).status, 421, path)
  }
})

test('hosts allows a name that a proxy forwards, or any; a Unix domain socket takes every name', async (t) => {
  for (const hosts of [['evil.test'], 'any'] as const) {
    const server = await serveFor(t, { hosts })
    const client = await server.client()
    client.write(openingRequest('/', rebound))
    assert.equal((await client.response()).status, 101)
  }
  const folder = mkdtempSync(join(tmpdir(), 'hawser-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 's.sock')
  await serveFor(t, { socketPath: path })
  const client = await RawClient.to({ path })
  t.after(() => client.destroy())
  client.write(openingRequest('/', rebound))
  assert.equal((await client.response()).status, 101)
})

test('backlog bounds the connections that the system completes before they are accepted', { skip: process.platform !== 'linux' }, async (t) => {
  const server = await serveFor(t, { backlog: 2 })
  const clients = Array.from({ length: 12 }, () => net.connect(server.port, '127.0.0.1'))
  t.after(() => {
    for (const client of clients) client.destroy()
  })
  // node:net connects at the end of this turn, and the server cannot accept before the next one.
  await new Promise<void>((resolve) => process.nextTick(() => process.nextTick(resolve)))
  const remote = `0100007F:${server.port.toString(16).toUpperCase().padStart(4, '0')}`
  const states = readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to]) => to === remote)
    .map(([, , , state]) => state)
  assert.equal(states.length, 12)
  const established = states.filter((state) => state === '01').length
  assert.ok(established < 12, `${established} of 12 were established with a backlog of 2`)
  await assert.rejects(async () => serve({ backlog: 0 }), { name: 'OptionError', option: 'backlog' })
})

test('limits.connections counts connections without a request: beyond it one of them gets 503, so that idle ones keep no client out [S12.29]', async (t) => {
  const server = await serveFor(t, { limits: { connections: 4, handshakeMs: 600_000 }, message() {} })
  const idle: RawClient[] = []
  for (let i = 0; i < 12; i++) idle.push(await server.client())
  const answers = await Promise.all(idle.map(async (client) => Promise.race([client.response(), arrivals(8)])))
  const refused = answers.filter((answer) => answer !== undefined)
  assert.equal(refused.length, 8)
  for (const { status, body, get } of refused) {
    assert.equal(status, 503)
    assert.match(get('retry-after') ?? '', /^\d+$/)
    assert.match(body, /connection limit reached before the request arrived/)
  }
  const client = await server.client()
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)

  function arrivals(count: number): Promise<undefined> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (idle.filter(({ ended }) => ended).length >= count) setImmediate(() => resolve(undefined))
        else setImmediate(check)
      }
      check()
    })
  }
})

test('a server at limits.connections still reads requests: handshakes get 503 with their path, and ordinary requests their answer [S12.29]', async (t) => {
  const paths: (string | undefined)[] = []
  const server = await serveFor(t, {
    limits: { connections: 1 },
    message() {},
    refused: ({ path }) => paths.push(path),
    request: (_request, response) => void response.end('healthy'),
  })
  const first = await server.client()
  first.write(openingRequest())
  assert.equal((await first.response()).status, 101)
  const second = await server.client()
  second.write(openingRequest('/chat'))
  assert.equal((await second.response()).status, 503)
  const ordinary = await server.client()
  ordinary.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await ordinary.response()).body, 'healthy')
  assert.deepEqual(paths, ['/chat'])
})

test('limits.connections counts clients in their TLS handshake: the oldest is dropped, and later clients are served [S12.29]', async (t) => {
  const server = await serveFor(t, { tls: localhost, limits: { connections: 3, handshakeMs: 600_000 }, message() {} })
  const silent: RawClient[] = []
  for (let i = 0; i < 8; i++) silent.push(await server.client())
  await Promise.all(silent.slice(0, 5).map(async (client) => client.end()))
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session).status(), 200)
  assert.equal(silent.slice(-2).filter(({ ended }) => ended).length, 0)
})
