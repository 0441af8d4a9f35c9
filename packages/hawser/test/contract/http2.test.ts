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
