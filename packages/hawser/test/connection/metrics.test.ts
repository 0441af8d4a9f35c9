import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, Metrics, permessageDeflate, prometheusText, serve } from '../../src/index.ts'
import type { Socket } from '../../src/index.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'

test('counts connections, handshakes by outcome, messages and bytes each way, close codes and Pings, at both ends', async () => {
  const metrics = new Metrics()
  const closed: Promise<unknown>[] = []
  const server = await serve({
    port: 0,
    paths: ['/chat'],
    observe: metrics,
    open: (socket) => void closed.push(socket.closed),
    message: (socket, message) => void socket.send(message),
  })
  const url = new URL('/chat', server.url)
  const socket = await connect(url, { observe: metrics })
  socket.send('hello')
  assert.equal(await socket.receive(), 'hello')
  await socket.ping()
  assert.equal(metrics.snapshot().server.openConnections, 1)
  await assert.rejects(connect(server.url, { observe: metrics }))
  await socket.close(4321)
  await Promise.all(closed)
  // Observers are told after the turn in which the connection ended.
  await new Promise((resolve) => setImmediate(resolve))
  const { server: one, client } = metrics.snapshot()
  assert.deepEqual(one.handshakes, { accepted: 1, 'request-path': 1 })
  assert.deepEqual(client.handshakes, { accepted: 1, 'status-404': 1 })
  for (const counters of [one, client]) {
    assert.equal(counters.connections, 1)
    assert.equal(counters.openConnections, 0)
    assert.deepEqual(counters.closeCodes, { '4xxx': 1 })
    assert.equal(counters.bufferedBytes, 0)
    for (const traffic of [counters.sent, counters.received]) {
      assert.equal(traffic.messages, 1)
      // A text message of 5 bytes, a Ping or Pong of 8, a Close frame of 2
      assert.deepEqual([traffic.frames, traffic.payloadBytes], [3, 15])
    }
  }
  assert.equal(client.pings.count, 1)
  assert.ok(client.pings.totalMs >= 0)
  await server.close()
})

test('counts the limit and the condition of a connection that failed, and forgets a removed observer', async () => {
  const metrics = new Metrics()
  const server = await serve({ port: 0, limits: { message: 4 }, message() {} })
  const remove = server.observe(metrics)
  const socket = await connect(server.url)
  socket.send('too long')
  assert.equal((await socket.closed).code, 1009)
  while (metrics.snapshot().server.openConnections > 0) await new Promise((resolve) => setImmediate(resolve))
  const { errors, limits } = metrics.snapshot().server
  assert.deepEqual([errors, limits], [{ 'message-too-big': 1 }, { message: 1 }])
  remove()
  await (await connect(server.url)).close()
  assert.equal(metrics.snapshot().server.connections, 1)
  await server.close()
})

test('counts what compression saved, of open connections and of those that ended [RFC 7692]', async () => {
  const metrics = new Metrics()
  const server = await serve({
    port: 0,
    observe: metrics,
    extensions: [permessageDeflate()],
    message: (socket, message) => void socket.send(message, { compress: true }),
  })
  const socket = await connect(server.url, { extensions: [permessageDeflate()] })
  const text = 'the same again, '.repeat(200)
  socket.send(text)
  assert.equal(await socket.receive(), text)
  const whileOpen = metrics.snapshot().server
  for (const { compression, payloadBytes } of [whileOpen.sent, whileOpen.received]) {
    assert.equal(compression.rawBytes, text.length)
    assert.equal(compression.wireBytes, payloadBytes)
    assert.ok(compression.wireBytes < 200)
  }
  await socket.close()
  while (metrics.snapshot().server.openConnections > 0) await new Promise((resolve) => setImmediate(resolve))
  const ended = metrics.snapshot().server
  assert.deepEqual([ended.sent.compression, ended.received.compression], [whileOpen.sent.compression, whileOpen.received.compression])
  assert.match(prometheusText(metrics.snapshot()), /hawser_uncompressed_bytes_total\{role="server",direction="received"\} 3200\n/)
  await server.close()
})

test('counts no Ping for a Pong that answers none [RFC 6455 §5.5.3]', async () => {
  const metrics = new Metrics()
  let opened: (socket: Socket) => void = () => {}
  const opening = new Promise<Socket>((resolve) => (opened = resolve))
  const server = await serve({ port: 0, observe: metrics, open: opened, message: (socket, message) => void socket.send(message) })
  const peer = await RawClient.to({ port: server.port as number })
  peer.write(openingRequest())
  await peer.response()
  const socket = await opening
  const answered = socket.ping()
  const { payload } = await peer.frame()
  peer.write(clientFrame(10, payload))
  await answered
  for (let i = 0; i < 5; i++) peer.write(clientFrame(10, Buffer.from('nobody asked')))
  peer.write(clientFrame(1, 'x'))
  await peer.frame()
  const { pings, received } = metrics.snapshot().server
  assert.deepEqual([pings.count, received.frames], [1, 7])
  peer.destroy()
  await server.close()
})
