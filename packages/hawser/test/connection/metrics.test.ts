import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, Metrics, serve } from '../../src/index.ts'

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
