import assert from 'node:assert/strict'
import { once } from 'node:events'
import process from 'node:process'
import { test } from 'node:test'
import { connect } from '../../src/index.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn()
}

async function isAlive(url: string): Promise<void> {
  const socket = await connect(url)
  socket.send('alive?')
  for await (const message of socket) {
    assert.equal(message, 'alive?')
    break
  }
  assert.equal((await socket.close()).wasClean, true)
}

const opening = Buffer.from(openingRequest())
const exchange = Buffer.concat([opening, clientFrame(1, 'x'.repeat(300)), clientFrame(8)])

test('a reset at any byte of an exchange ends only that connection [S12.6]', async (t) => {
  const server = await serveFor(t, { message: (socket, message) => void socket.send(message) })
  for (let at = 0; at <= exchange.length; at += 3) {
    const client = await RawClient.to({ port: server.port })
    client.write(exchange.subarray(0, at))
    if (at % 2 === 0) await turn()
    client.socket.resetAndDestroy()
  }
  await until(() => server.connections.size === 0)
  await isAlive(server.url)
})

test('a FIN at any byte of an exchange ends only that connection [S12.5]', async (t) => {
  const server = await serveFor(t, { message: (socket, message) => void socket.send(message) })
  for (let at = 0; at <= exchange.length; at += 3) {
    const client = await RawClient.to({ port: server.port })
    client.socket.end(exchange.subarray(0, at))
    await client.end()
    client.destroy()
  }
  await until(() => server.connections.size === 0)
  await isAlive(server.url)
})

test('what waits for a client that never reads is bounded, and others are served meanwhile [CVE-2020-35896]', async (t) => {
  const sendBuffer = 300_000
  let most = 0
  const server = await serveFor(t, {
    limits: { sendBuffer },
    message(socket, message) {
      socket.send(message)
      most = Math.max(most, socket.bufferedAmount)
    },
  })
  const client = await server.client()
  client.socket.pause()
  client.write(opening)
  const frame = clientFrame(2, new Uint8Array(60_000))
  let gone = false
  client.socket.on('error', () => undefined).on('close', () => (gone = true))
  for (let sent = 0; sent < 1_000 && !gone; sent++) {
    if (!client.socket.write(frame))
      await Promise.race([once(client.socket, 'drain'), once(client.socket, 'close'), new Promise((resolve) => setTimeout(resolve, 20))])
    const [socket] = server.connections
    if (sent > 100 && (socket === undefined || socket.readyState !== 'OPEN')) break
  }
  await isAlive(server.url)
  assert.ok(most > 0 && most <= 2 * sendBuffer, `${most}`)
  client.destroy()
})

test('endless fragments and control frames are cut off, with little memory [CVE-2026-48779, CVE-2026-42786]', async (t) => {
  const server = await serveFor(t, { message: (socket, message) => void socket.send(message) })
  const before = process.memoryUsage().rss
  for (const [first, rest, code] of [
    [clientFrame(2, '', { fin: false }), clientFrame(0, '', { fin: false }), 1009],
    [clientFrame(1, 'a', { fin: false }), clientFrame(0, 'b', { fin: false }), 1009],
    [clientFrame(2, '', { fin: false }), clientFrame(9), 1008],
    [clientFrame(10), clientFrame(10), 1008],
  ] as const) {
    const client = await server.client()
    client.write(opening, first)
    await client.response()
    const many = Buffer.concat(Array.from({ length: 2_000 }, () => rest))
    for (let sent = 0; sent < 20 && !client.ended && !client.closed; sent++) {
      client.write(many)
      await turn()
    }
    let frame = await client.frame()
    while (frame.opcode === 10) frame = await client.frame()
    assert.deepEqual([frame.opcode, frame.payload.readUInt16BE(0)], [8, code])
    client.destroy()
  }
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024)
  await isAlive(server.url)
})

test('hundreds of handshakes of all kinds, half of them reset, leave nothing behind [S12.33]', async (t) => {
  const server = await serveFor(t, { limits: { handshakeMs: 60_000 }, message: (socket, message) => void socket.send(message) })
  const kinds = [
    opening,
    Buffer.from('GARBAGE\r\n\r\n'),
    Buffer.from(openingRequest('/', { 'Sec-WebSocket-Version': '12' })),
    Buffer.from('GET / HT'),
  ]
  for (let index = 0; index < 600; index++) {
    const client = await RawClient.to({ port: server.port })
    client.write(kinds[index % 4] as Buffer)
    if (index % 8 < 4) client.socket.resetAndDestroy()
    else client.socket.destroy()
  }
  await until(() => server.connections.size === 0)
  await isAlive(server.url)
})

test('a thousand idle connections that are reset at once all end', async (t) => {
  let ended = 0
  const server = await serveFor(t, {
    message: (socket, message) => void socket.send(message),
    close(_socket, { code }) {
      assert.equal(code, 1006)
      ended++
    },
  })
  const clients: RawClient[] = []
  for (let index = 0; index < 1_000; index++) {
    const client = await RawClient.to({ port: server.port })
    client.write(opening)
    clients.push(client)
  }
  await until(() => server.connections.size === 1_000)
  for (const client of clients) client.socket.resetAndDestroy()
  await until(() => server.connections.size === 0)
  assert.equal(ended, 1_000)
})
