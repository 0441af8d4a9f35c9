import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, OptionError } from '../../src/index.ts'
import { bunServer, crosswsServer } from '../../src/fetch/index.ts'
import { BunHostDouble, openingOf, PeerDouble } from './doubles.ts'

test('a broadcast encodes once for each subprotocol and reaches the chosen connections', async () => {
  let encodings = 0
  const codec = { ...json(), encode: (message: unknown) => (encodings++, JSON.stringify(message)) }
  const server = bunServer({ subprotocols: { a: codec }, message() {} })
  const host = new BunHostDouble(server as never)
  for (let i = 0; i < 3; i++) await server.fetch(openingOf('/', { 'sec-websocket-protocol': 'a' }), host)
  await server.fetch(openingOf(), host)
  const [first] = server.connections
  assert.ok(first !== undefined)
  const result = server.broadcast({ n: 1 } as never, { except: first, filter: (socket) => socket.subprotocol === 'a' })
  assert.deepEqual(result, { sent: 2, buffered: 0, replaced: 0, dropped: 0 })
  assert.equal(encodings, 1)
  assert.deepEqual(
    host.sockets.map(({ sent }) => sent),
    [[], ['{"n":1}'], ['{"n":1}'], []],
  )
})

test('a wrong option or a message that cannot be encoded reaches no connection', async () => {
  const server = crosswsServer({ message() {} })
  const answer = await server.hooks.upgrade(openingOf())
  assert.ok(!(answer instanceof Response))
  const peer = new PeerDouble(answer.context)
  server.hooks.open(peer)
  assert.throws(() => server.broadcast('a', { too: [] } as never), OptionError)
  assert.throws(() => server.broadcast('a', { compress: true }), OptionError)
  assert.throws(() => server.broadcast({} as never), TypeError)
  assert.deepEqual(peer.sent, [])
})
