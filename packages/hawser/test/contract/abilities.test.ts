/** Abilities that a runtime may lack: docs/runtimes.md has a table of them, which `npm run runtimes` compares with these tests. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, permessageDeflate, serve } from '../../src/index.ts'
import type { SendResult } from '../../src/index.ts'
import { authority, localhost } from '../certificates/index.ts'

/** So that a runtime which hangs fails its test. */
const timeout = 10_000

test('permessage-deflate is agreed and makes a message smaller in both directions [RFC 7692]', { timeout }, async () => {
  await using server = await serve({ extensions: [permessageDeflate()], message: (socket, data) => void socket.send(data) })
  const socket = await connect(server.url, { extensions: [permessageDeflate()] })
  const text = 'the same again, '.repeat(1000)
  socket.send(text)
  assert.equal(await socket.receive(), text)
  const { statistics } = socket.extensions[0] ?? {}
  for (const direction of ['sent', 'received'] as const) {
    const { wireBytes = 0, rawBytes = 0 } = statistics?.[direction] ?? {}
    assert.ok(wireBytes > 0 && wireBytes < rawBytes / 10, `${direction}: ${wireBytes} of ${rawBytes}`)
  }
  await socket.close()
})

test('a server with a certificate and a client that trusts it speak over TLS [RFC 6455 §4.1]', { timeout }, async () => {
  const limits = { message: 4_000_000 }
  await using server = await serve({ tls: localhost, http2: false, limits, message: (socket, data) => void socket.send(data) })
  const socket = await connect(server.url, { tls: { ca: authority }, limits })
  assert.equal(socket.transport.secure, true)
  // More than the socket takes at once, in writes that have to wait for each other.
  const sent = ['a', 'b'.repeat(3_000_000), 'c', 'd'.repeat(3_000_000)]
  for (const message of sent) socket.send(message)
  await socket.drained
  assert.equal(socket.bufferedAmount, 0)
  for (const message of sent) assert.ok((await socket.receive()) === message)
  await socket.close()
})

test('both ends speak over a Unix domain socket', { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-contract-'))
  try {
    await using server = await serve({ socketPath: join(folder, 'a.sock'), message: (socket, data) => void socket.send(data) })
    const socket = await connect(server.url)
    socket.send('a')
    assert.equal(await socket.receive(), 'a')
    await socket.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('ping resolves with the round trip [RFC 6455 §5.5.2]', { timeout }, async () => {
  await using server = await serve({ message() {} })
  const socket = await connect(server.url)
  const roundTrip = await socket.ping()
  assert.ok(roundTrip >= 0)
  assert.equal(socket.roundTripMs, roundTrip)
  await socket.close()
})

test('sendStream sends one message from pieces, in fragments [RFC 6455 §5.4]', { timeout }, async () => {
  await using server = await serve({ message: (socket, data) => void socket.send(data) })
  const socket = await connect(server.url)
  const pieces = (async function* (): AsyncGenerator<string> {
    yield 'in '
    yield 'pieces'
  })()
  assert.equal(await socket.sendStream(pieces), 'sent')
  assert.equal(await socket.receive(), 'in pieces')
  await socket.close()
})

test('send tells that a peer does not read, and drained when it does', { timeout }, async () => {
  const results: SendResult[] = []
  let drained = 0
  await using server = await serve({
    message(socket) {
      for (let i = 0; i < 12 && results.at(-1) !== 'buffered'; i++) results.push(socket.send(new Uint8Array(1_000_000)))
    },
    drained: () => void drained++,
  })
  const socket = await connect(server.url, { limits: { message: 2_000_000, receiveBuffer: 0 } })
  socket.pause()
  socket.send('fill')
  while (results.at(-1) !== 'buffered') await new Promise((resolve) => setTimeout(resolve, 5))
  socket.resume()
  for (const _ of results) await socket.receive()
  while (drained === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await socket.close()
})

test('broadcast reaches every connection', { timeout }, async () => {
  await using server = await serve({ message() {} })
  const sockets = await Promise.all([connect(server.url), connect(server.url), connect(server.url)])
  assert.equal(server.broadcast('a').sent, 3)
  for (const socket of sockets) assert.equal(await socket.receive(), 'a')
  await Promise.all(sockets.map((socket) => socket.close()))
})
