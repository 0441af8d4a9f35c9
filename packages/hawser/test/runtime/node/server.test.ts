import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openingRequest } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

test('connections holds what is open, in a set that loses what is CLOSED', async (t) => {
  const server = await serveFor(t, { message() {} })
  const client = await server.client()
  client.write(openingRequest())
  await client.response()
  const [socket] = [...server.connections]
  assert.equal(socket?.readyState, 'OPEN')
  assert.equal(socket?.transport.remoteAddress, '127.0.0.1')
  client.destroy()
  const info = await socket?.closed
  assert.equal(info?.code, 1006)
  assert.equal(server.connections.size, 0)
})

test('drain and close may be called in any order and more than once', async (t) => {
  const server = await serveFor(t, {})
  const results = await Promise.all([server.drain(), server.drain({ graceMs: 1 }), server.close(), server.drain()])
  assert.deepEqual(results, [
    { closed: 0, failed: 0, terminated: 0 },
    { closed: 0, failed: 0, terminated: 0 },
    undefined,
    { closed: 0, failed: 0, terminated: 0 },
  ])
})
