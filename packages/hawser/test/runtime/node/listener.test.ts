import assert from 'node:assert/strict'
import { test } from 'node:test'
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

test('stopping ends the sockets that asked for nothing yet, and drops ordinary requests that go on', async (t) => {
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
