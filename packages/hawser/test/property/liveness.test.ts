import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

for (const [how, go] of [
  ['resets the connection', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
  ['closes without a Close frame', (socket: import('node:net').Socket) => socket.destroy()],
] as const) {
  test(`keepalive detects and frees a peer that ${how} while its messages are not taken and reading has stopped`, async (t) => {
    const server = await serveFor(t, { open() {}, limits: { receiveBuffer: 0 }, keepalive: { intervalMs: 50, timeoutMs: 50 } })
    const client = await server.client()
    client.write(openingRequest())
    await client.response()
    const [socket] = [...server.connections]
    assert.ok(socket !== undefined)
    client.write(clientFrame(1, 'waits'), clientFrame(1, 'x'.repeat(100_000)), clientFrame(1, 'x'.repeat(300_000)))
    // The Pong shows that the server has read what it is going to read.
    await client.frame()
    go(client.socket)
    const info = await socket.closed
    assert.equal(info.code, 1006)
    assert.equal(server.connections.size, 0)
  })
}
