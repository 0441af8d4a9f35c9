import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

async function opened(server: { client(): Promise<RawClient> }, path = '/'): Promise<RawClient> {
  const client = await server.client()
  client.write(openingRequest(path))
  assert.equal((await client.response()).status, 101)
  return client
}

test('during a drain new handshakes get 503, connections get 1001 and the reason, and the result says how they ended [S12.30]', async (t) => {
  let release: (() => void) | undefined
  const server = await serveFor(t, {
    message() {},
    request: (_request, response) => void (release = () => response.end('late')),
  })
  const orderly = await opened(server)
  const silent = await opened(server)
  // An ordinary request that is still being answered keeps its connection, on which a handshake follows.
  const kept = await server.client()
  kept.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  while (release === undefined) await turn()
  const drained = server.drain({ graceMs: 300, code: 1012, reason: 'restart' })
  const close = await orderly.closeFrame()
  assert.deepEqual(close, { code: 1012, reason: 'restart' })
  orderly.write(clientFrame(8, new Uint8Array([0x03, 0xf4])))
  await orderly.end()
  orderly.socket.end()
  release()
  assert.equal((await kept.response()).status, 200)
  kept.write(openingRequest())
  assert.equal((await kept.response()).status, 503)
  assert.equal((await silent.closeFrame()).code, 1012)
  assert.deepEqual(await drained, { closed: 1, failed: 0, terminated: 1 })
  await silent.gone()
  await assert.rejects(RawClient.to({ port: server.port }))
})

test('a connection that ends without a closing handshake during a drain counts as failed, not as closed [RFC 6455 §7.1.5]', async (t) => {
  const server = await serveFor(t, { message() {} })
  const clients = await Promise.all([opened(server), opened(server), opened(server)])
  const drained = server.drain({ graceMs: 60_000 })
  const [orderly, vanished, wrong] = clients as [RawClient, RawClient, RawClient]
  for (const client of clients) await client.closeFrame()
  orderly.write(clientFrame(8))
  orderly.socket.end()
  vanished.socket.resetAndDestroy()
  wrong.write(clientFrame(3))
  wrong.socket.end()
  assert.deepEqual(await drained, { closed: 1, failed: 2, terminated: 0 })
})

test('a drain may spread the Close frames over time [A15]', async (t) => {
  const server = await serveFor(t, { message() {} })
  const clients = await Promise.all([opened(server), opened(server), opened(server), opened(server)])
  const times: number[] = []
  const drained = server.drain({ graceMs: 2000, spreadMs: 200 })
  await Promise.all(
    clients.map(async (client) => {
      await client.closeFrame()
      times.push(performance.now())
      client.write(clientFrame(8))
      client.socket.end()
    }),
  )
  assert.deepEqual(await drained, { closed: 4, failed: 0, terminated: 0 })
  assert.ok(Math.max(...times) - Math.min(...times) > 100)
})

test('a drain with a wrong option is refused with its name, and the server keeps running', async (t) => {
  const server = await serveFor(t, { message() {} })
  for (const [option, options] of [
    ['graceMs', { graceMs: -1 }],
    ['code', { code: 1000 }],
    ['reason', { reason: 'x'.repeat(42) }],
    ['spreadMs', { graceMs: 100, spreadMs: 101 }],
    ['spreadMs', { spreadMs: 10_001 }],
    ['grace', { grace: 1 }],
  ] as const) {
    await assert.rejects(server.drain(options as object), (error: Error & { option?: string }) => error.option === option)
  }
  await opened(server)
})

test('a drain without connections resolves at once, and so does a second one', async (t) => {
  const server = await serveFor(t, {})
  assert.deepEqual(await server.drain(), { closed: 0, failed: 0, terminated: 0 })
  assert.deepEqual(await server.drain(), { closed: 0, failed: 0, terminated: 0 })
})

test('a handler that the drain itself calls may drain again, and waits for the same drain [A15]', async (t) => {
  let second: Promise<unknown> | undefined
  const server = await serveFor(t, {
    open: (socket) => socket.pause(),
    message: () => {
      second = server.drain()
    },
  })
  const client = await opened(server)
  client.write(clientFrame(1, new Uint8Array([0x61])), clientFrame(9))
  assert.equal((await client.frame()).opcode, 10)
  const first = server.drain()
  await client.closeFrame()
  client.write(clientFrame(8, new Uint8Array([0x03, 0xe9])))
  client.socket.end()
  assert.deepEqual(await first, { closed: 1, failed: 0, terminated: 0 })
  assert.deepEqual(await second, { closed: 1, failed: 0, terminated: 0 })
})

test('ordinary requests that are being answered have the grace of the drain, also where no connection is open', async (t) => {
  let answer: (() => void) | undefined
  const server = await serveFor(t, { request: (_request, response) => void (answer = () => response.end('late')) })
  const client = await server.client()
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  while (answer === undefined) await turn()
  const drained = server.drain({ graceMs: 60_000 })
  await turn()
  answer()
  assert.equal((await client.response()).body, 'late')
  assert.deepEqual(await drained, { closed: 0, failed: 0, terminated: 0 })
})

test('an ordinary request without an answer is dropped at the end of the grace', async (t) => {
  let asked = false
  const server = await serveFor(t, { request: () => void (asked = true) })
  const client = await server.client()
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  while (!asked) await turn()
  await server.drain({ graceMs: 100 })
  await client.end()
})

test('messages that send took before the drain arrive before the Close frame, while the grace runs', async (t) => {
  const server = await serveFor(t, { message() {} })
  const client = await opened(server)
  client.socket.pause()
  const [socket] = [...server.connections]
  const results = Array.from({ length: 100 }, (_, index) => socket?.send(Buffer.alloc(100_000, index)))
  assert.equal(results.at(-1), 'buffered')
  const drained = server.drain({ graceMs: 30_000 })
  assert.equal(socket?.send('too late'), 'closed')
  client.socket.resume()
  for (let index = 0; index < 100; index++) assert.equal((await client.frame()).payload[99_999], index)
  assert.equal((await client.closeFrame()).code, 1001)
  client.write(clientFrame(8, new Uint8Array([0x03, 0xe9])))
  client.socket.end()
  assert.deepEqual(await drained, { closed: 1, failed: 0, terminated: 0 })
})
