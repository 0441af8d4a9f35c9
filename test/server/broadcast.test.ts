import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openingRequest } from '../peers/raw-client.ts'
import type { RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('broadcast encodes once a subprotocol, honours except and filter, and reaches nobody when the codec refuses', async (t) => {
  let encoded = 0
  const codec = {
    decode: (data: string | Uint8Array) => String(data),
    encode: (message: string) => {
      encoded++
      if (message === '') throw new Error('empty')
      return `<${message}>`
    },
  }
  const server = await serveFor(t, { subprotocols: { tagged: codec }, upgrade: (request) => ({ context: request.path }), message() {} })
  const clients = []
  for (const path of ['/1', '/2', '/3']) {
    const client = await server.client()
    client.write(openingRequest(path, { 'Sec-WebSocket-Protocol': 'tagged' }))
    await client.response()
    clients.push(client)
  }
  const [first, second, third] = clients as [RawClient, RawClient, RawClient]
  const sockets = [...server.connections]
  assert.deepEqual(server.broadcast('all'), { sent: 3, buffered: 0, dropped: 0 })
  assert.equal(encoded, 1)
  assert.deepEqual(server.broadcast('some', { except: sockets[0]!, filter: (socket) => socket.context !== '/2' }), {
    sent: 1,
    buffered: 0,
    dropped: 0,
  })
  assert.throws(() => server.broadcast(''), /codec/)
  server.broadcast('end', { except: new Set() })
  for (const client of clients) assert.equal((await client.frame()).payload.toString(), '<all>')
  assert.equal((await third.frame()).payload.toString(), '<some>')
  for (const client of [first, second, third]) assert.equal((await client.frame()).payload.toString(), '<end>')
})
