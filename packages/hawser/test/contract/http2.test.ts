import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, serve } from '../../src/index.ts'
import { authority, localhost } from '../certificates/index.ts'

/** So that a runtime which hangs fails its test. */
const timeout = 10_000

test('both ends speak over HTTP/2 with TLS, several connections on one session [RFC 8441]', { timeout }, async () => {
  await using server = await serve({ tls: localhost, message: (socket, data) => void socket.send(data) })
  const options = { tls: { ca: authority }, http: '2' } as const
  const url = `wss://localhost:${server.port}/`
  const sockets = await Promise.all([connect(url, options), connect(url, options)])
  for (const socket of sockets) {
    assert.equal(socket.transport.httpVersion, '2')
    socket.send('a')
    assert.equal(await socket.receive(), 'a')
    await socket.close()
  }
  assert.equal(sockets[0]?.transport.localPort, sockets[1]?.transport.localPort)
})

test('both ends speak over HTTP/2 in cleartext [RFC 9113 §3.3]', { timeout }, async () => {
  await using server = await serve({ http2: true, message: (socket, data) => void socket.send(data) })
  await using socket = await connect(`ws://127.0.0.1:${server.port}/`, { http: '2' })
  assert.equal(socket.transport.httpVersion, '2')
  socket.send('a')
  assert.equal(await socket.receive(), 'a')
})

test('a message larger than the windows of stream and session passes in both directions over HTTP/2 [RFC 9113 §6.9]', { timeout }, async () => {
  const limits = { message: 8_388_608 }
  await using server = await serve({ http2: true, limits, message: (socket, data) => void socket.send(data) })
  await using socket = await connect(`ws://127.0.0.1:${server.port}/`, { http: '2', limits })
  const sent = new Uint8Array(6_000_000).fill(7)
  socket.send(sent)
  assert.deepEqual(await socket.receive(), sent)
})

test('a server over HTTP/2 ends while a client has an open session [RFC 9113 §6.8]', { timeout }, async () => {
  const server = await serve({ http2: true })
  const socket = await connect(`ws://127.0.0.1:${server.port}/`, { http: '2' })
  await socket.close()
  await server.drain()
})
