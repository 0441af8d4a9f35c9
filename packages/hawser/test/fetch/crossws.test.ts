import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import crossws from 'crossws/adapters/node'
import { crosswsServer } from '../../src/fetch/index.ts'
import { connect, HandshakeError, json } from '../../src/index.ts'
import type { CloseInfo, Socket } from '../../src/index.ts'
import { openingOf, openOnCrossws, PeerDouble } from './doubles.ts'

test('over the adapter of crossws for Node: subprotocol, codec, context, refusal and close', async (t) => {
  const ends: CloseInfo[] = []
  const server = crosswsServer({
    subprotocols: { 'chat.v2': json() },
    upgrade: ({ path }) => (path === '/refuse' ? new Response('who are you?', { status: 401 }) : { context: path, headers: { 'x-a': '1' } }),
    message(socket, message) {
      if (socket.subprotocol === 'chat.v2') socket.send({ path: socket.context, message })
      else socket.send(message as string)
    },
    close: (_, info) => void ends.push(info),
  })
  const adapter = crossws({ hooks: server.hooks })
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  http.on('upgrade', (request, socket, head) => void adapter.handleUpgrade(request, socket, head))
  t.after(() => http.close())
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}`
  const socket: Socket = await connect(`${url}/a`, { subprotocols: { 'chat.v1': json(), 'chat.v2': json() } })
  assert.equal(socket.subprotocol, 'chat.v2')
  socket.send([1, 'é'])
  assert.deepEqual(await socket.receive(), { path: '/a', message: [1, 'é'] })
  const info = await socket.close(4001, 'enough')
  assert.equal(info.wasClean, true)
  const plain = await connect(`${url}/b`)
  plain.send(new Uint8Array([1, 2, 3]))
  assert.deepEqual(await plain.receive(), new Uint8Array([1, 2, 3]))
  await plain.close()
  const refusal = await connect(`${url}/refuse`).then(
    () => assert.fail('opened'),
    (error: unknown) => error,
  )
  assert.ok(refusal instanceof HandshakeError)
  assert.deepEqual([refusal.status, new TextDecoder().decode(refusal.response?.body)], [401, 'who are you?'])
  assert.deepEqual(
    ends.map(({ code, reason, initiator }) => [code, reason, initiator]),
    [
      [4001, 'enough', 'remote'],
      [1000, '', 'remote'],
    ],
  )
})

test('an error of crossws explains the end that follows', async () => {
  const ends: CloseInfo[] = []
  const { server, peer, close } = await openOnCrossws({ message() {}, close: (_, info) => void ends.push(info) })
  const cause = new Error('reset')
  server.hooks.error(peer, cause)
  close(1006)
  assert.equal(ends[0]?.error?.cause, cause)
})

test('peers that other hooks accepted are left alone', () => {
  const { hooks } = crosswsServer({ message: () => assert.fail('called') })
  const peer = new PeerDouble({ mine: true })
  hooks.open(peer)
  hooks.message(peer, { rawData: 'a', uint8Array: () => new Uint8Array() })
  hooks.close(peer, {})
  hooks.error(peer, new Error('x'))
  hooks.open(new PeerDouble(undefined))
})

test('a message that crossws cannot read ends its connection, and nothing is thrown to the platform', async () => {
  const ends: CloseInfo[] = []
  const { server, peer } = await openOnCrossws({ message() {}, close: (_, info) => void ends.push(info) })
  const cause = new TypeError('Unsupported message type')
  server.hooks.message(peer, {
    rawData: new Blob(['a']),
    uint8Array: () => {
      throw cause
    },
  })
  assert.deepEqual(peer.closes, ['1011'])
  server.hooks.close(peer, { code: 1011 })
  assert.equal(ends[0]?.error?.cause, cause)
})

test('a socket that would deliver Blobs is told to deliver an ArrayBuffer', async () => {
  const server = crosswsServer({ message() {} })
  for (const [given, expected] of [
    ['blob', 'arraybuffer'],
    ['nodebuffer', 'nodebuffer'],
  ]) {
    const answer = (await server.hooks.upgrade(openingOf())) as { context: unknown }
    const websocket = { binaryType: given }
    server.hooks.open(Object.assign(new PeerDouble(answer.context), { websocket }))
    assert.equal(websocket.binaryType, expected)
  }
})

test('an adapter that does not tell the close code ends the connection, abnormally after an error', async () => {
  for (const [details, error, expected] of [
    [undefined, undefined, 1005],
    [{}, undefined, 1005],
    [{}, new Error('reset'), 1006],
    [{ code: 0 }, undefined, 1006],
  ] as const) {
    const ends: CloseInfo[] = []
    const { server, peer } = await openOnCrossws({ message() {}, close: (_, info) => void ends.push(info) })
    if (error !== undefined) server.hooks.error(peer, error)
    server.hooks.close(peer, details)
    assert.deepEqual([ends[0]?.code, server.connections.size], [expected, 0])
  }
})
