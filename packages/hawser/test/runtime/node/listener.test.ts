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
