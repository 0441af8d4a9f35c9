/** What a server does with the sockets of its runtime, whatever the peers at their other ends do: run on each runtime by `npm run runtimes`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, serve } from '../../src/index.ts'
import type { CloseInfo, Socket } from '../../src/index.ts'
import { clientFrame, openingRequest, RawClient } from '../peers/raw-client.ts'

/** So that a runtime which hangs fails its test. */
const timeout = 20_000

async function rawConnection(port: number): Promise<RawClient> {
  const client = await RawClient.to({ port })
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)
  return client
}

/** Bytes of which a shift, a gap or another seed shows. */
function pattern(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = seed * 37 + i * 31 + (i >> 8)
  return bytes
}

test('serve without further options takes the sockets of Bun on Bun, and those of node:net with options that need them', { timeout }, async () => {
  const { Bun } = globalThis as { Bun?: { listen: (...args: unknown[]) => unknown } }
  if (Bun === undefined) return
  const { listen } = Bun
  let calls = 0
  Bun.listen = (...args) => {
    // Bun's node:net calls it, too.
    if (new Error('the stack').stack?.includes('runtime/bun/listener') === true) calls += 1
    return listen(...args)
  }
  try {
    for (const options of [{}, { host: '0.0.0.0' }, { host: '::1', http2: false }, { reusePort: false }]) {
      const before = calls
      await using server = await serve({ ...options, message: (socket, data) => void socket.send(data) })
      assert.equal(calls, before + 1, JSON.stringify(options))
      assert.ok(server.port > 0)
      const socket = await connect(server.url.replace('0.0.0.0', '127.0.0.1'))
      socket.send('a')
      assert.equal(await socket.receive(), 'a')
    }
    const before = calls
    for (const options of [{ backlog: 5 }, { host: 'localhost' }, { http2: true }, { request() {} }, { proxyProtocol: ['10.0.0.0/8'] }]) {
      await using server = await serve({ ...options, message() {} })
      assert.ok(server.port > 0)
    }
    assert.equal(calls, before)
  } finally {
    Bun.listen = listen
  }
})

test('a port that is taken is an error with the code of the system, and the first server keeps it', { timeout }, async () => {
  await using server = await serve({ message: (socket, data) => void socket.send(data) })
  await assert.rejects(serve({ port: server.port, message() {} }), { code: 'EADDRINUSE' })
  const socket = await connect(server.url)
  socket.send('a')
  assert.equal(await socket.receive(), 'a')
})

test('addresses are those of the connection, and stay readable after its end if they were read before', { timeout }, async () => {
  const sockets: Socket[] = []
  await using server = await serve({ open: (socket) => void sockets.push(socket), message() {} })
  const client = await rawConnection(server.port)
  const { transport } = sockets[0] as Socket
  const read = (): unknown[] => [transport.remoteAddress, transport.remotePort, transport.localAddress, transport.localPort]
  const expected = ['127.0.0.1', client.socket.localPort, '127.0.0.1', server.port]
  assert.deepEqual(read(), expected)
  assert.deepEqual([transport.secure, transport.httpVersion], [false, '1.1'])
  client.destroy()
  await sockets[0]?.closed
  assert.deepEqual(read(), expected)
})

test('the memory of a received message is its own: no later chunk of this or another peer changes it', { timeout }, async () => {
  const kept: Uint8Array[] = []
  let heard: (() => void) | undefined
  await using server = await serve({
    message(_, data) {
      kept.push(data as Uint8Array)
      heard?.()
    },
  })
  const clients = await Promise.all(Array.from({ length: 8 }, () => rawConnection(server.port)))
  for (let round = 0; round < 20; round++) {
    const size = [3, 200, 5_000, 70_000][round % 4] as number
    for (const [index, client] of clients.entries()) client.write(clientFrame(2, pattern(index, size)))
  }
  while (kept.length < 160) {
    await new Promise<void>((resolve) => {
      heard = resolve
    })
  }
  for (const message of kept) {
    const seed = clients.findIndex((_, index) => message[0] === pattern(index, 1)[0])
    assert.equal(Buffer.compare(message, pattern(seed, message.byteLength)), 0)
  }
  for (const client of clients) client.destroy()
})

test('what a stalled peer does not read leaves in parts, in order and unchanged, although the memory of other messages is used again', {
  timeout,
}, async () => {
  const sockets: Socket[] = []
  await using server = await serve({
    limits: { sendBuffer: 64_000_000 },
    open: (socket) => void sockets.push(socket),
    message: (socket, data) => void socket.send(data),
  })
  const stalled = await rawConnection(server.port)
  stalled.socket.pause()
  const slow = sockets[0] as Socket
  for (let i = 0; i < 16; i++) slow.send(pattern(i, 1_000_000))
  slow.send('small, behind the rest')
  assert.ok(slow.bufferedAmount > 0)
  // Traffic of another connection, which takes buffers from the same pool.
  const other = await connect(server.url)
  for (let i = 0; i < 50; i++) {
    other.send('x'.repeat(2_000))
    assert.equal(await other.receive(), 'x'.repeat(2_000))
  }
  stalled.socket.resume()
  for (let i = 0; i < 16; i++) assert.equal(Buffer.compare((await stalled.frame()).payload, pattern(i, 1_000_000)), 0, `message ${i}`)
  assert.equal((await stalled.frame()).payload.toString(), 'small, behind the rest')
  await slow.drained
  assert.equal(slow.bufferedAmount, 0)
  stalled.destroy()
})

test('a message sent before close reaches a peer that begins to read later, with the Close frame behind it and FIN at the end', {
  timeout,
}, async () => {
  const sockets: Socket[] = []
  await using server = await serve({ limits: { sendBuffer: 64_000_000 }, open: (socket) => void sockets.push(socket), message() {} })
  const client = await rawConnection(server.port)
  client.socket.pause()
  sockets[0]?.send(pattern(1, 10_000_000))
  const closed = sockets[0]?.close(1000, 'done')
  client.socket.resume()
  assert.equal(Buffer.compare((await client.frame()).payload, pattern(1, 10_000_000)), 0)
  assert.deepEqual(await client.closeFrame(), { code: 1000, reason: 'done' })
  client.write(clientFrame(8, Uint8Array.of(3, 232)))
  await client.end()
  client.socket.end()
  assert.equal((await closed)?.wasClean, true)
})

test('a flood is not read while the handler holds the next message, and all of it arrives afterwards', { timeout }, async () => {
  let count = 0
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let all = (): void => undefined
  const received = new Promise<void>((resolve) => {
    all = resolve
  })
  const total = 300
  await using server = await serve({
    limits: { receiveBuffer: 1_000_000, memory: 200_000_000 },
    message: async (_, data) => {
      assert.equal(Buffer.compare(data as Uint8Array, pattern(count, 100_000)), 0)
      if (++count === total) all()
      if (count === 1) await held
    },
  })
  const client = await rawConnection(server.port)
  // The kernels' buffers hold a part of this; the rest has to wait at the client, whose write tells.
  const isTaken = Promise.all(
    Array.from({ length: total }, (_, i) => new Promise((resolve) => client.socket.write(clientFrame(2, pattern(i, 100_000)), resolve))),
  )
  const other = await connect(server.url)
  // Enough turns of the event loop to read all of it, if it were read.
  for (let i = 0; i < 300; i++) await other.ping()
  assert.equal(count, 1)
  assert.ok(client.socket.writableLength > 0, 'the server has read everything')
  assert.ok((server.heldBytes ?? 0) < 12_000_000, `${server.heldBytes} bytes are held`)
  release()
  await isTaken
  await received
  client.destroy()
})

test('a reset ends its own connection with 1006, also with unsent bytes, and the others continue', { timeout }, async () => {
  const ends: CloseInfo[] = []
  const sockets: Socket[] = []
  let heard = (): void => undefined
  await using server = await serve({
    limits: { sendBuffer: 64_000_000 },
    open: (socket) => void sockets.push(socket),
    message: (socket, data) => void socket.send(data),
    close(_, info) {
      ends.push(info)
      heard()
    },
  })
  const other = await connect(server.url)
  for (const unsent of [0, 20_000_000]) {
    const client = await rawConnection(server.port)
    client.socket.pause()
    if (unsent > 0) sockets.at(-1)?.send(new Uint8Array(unsent))
    const ended = new Promise<void>((resolve) => {
      heard = resolve
    })
    client.socket.resetAndDestroy()
    await ended
    assert.deepEqual([ends.at(-1)?.code, ends.at(-1)?.wasClean], [1006, false])
    other.send('a')
    assert.equal(await other.receive(), 'a')
  }
  assert.equal(server.connections.size, 1)
})

test('FIN without a Close frame ends the connection with 1006, and the peer gets FIN', { timeout }, async () => {
  const ends: CloseInfo[] = []
  await using server = await serve({ message() {}, close: (_, info) => void ends.push(info) })
  const client = await rawConnection(server.port)
  client.socket.end()
  await client.end()
  await client.gone()
  while (server.connections.size > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ends[0]?.code, 1006)
})

test('terminate resets the peer, and a handler that throws ends its own connection with 1011', { timeout }, async () => {
  await using server = await serve({
    error() {},
    message(socket, data) {
      if (data === 'terminate') socket.terminate()
      else if (data === 'throw') throw new Error('a fault of the application')
      else socket.send(data)
    },
  })
  const other = await connect(server.url)
  const [reset, broken] = await Promise.all([rawConnection(server.port), rawConnection(server.port)])
  reset.write(clientFrame(1, 'terminate'))
  await reset.gone()
  assert.equal((reset.error as NodeJS.ErrnoException | undefined)?.code, 'ECONNRESET')
  broken.write(clientFrame(1, 'throw'))
  assert.equal((await broken.closeFrame()).code, 1011)
  other.send('a')
  assert.equal(await other.receive(), 'a')
  broken.destroy()
})

test('frames in the same segment as the opening handshake are delivered, and so is a handshake in single bytes', { timeout }, async () => {
  await using server = await serve({ message: (socket, data) => void socket.send(data) })
  const early = await RawClient.to({ port: server.port })
  early.write(openingRequest(), clientFrame(1, 'early'))
  assert.equal((await early.response()).status, 101)
  assert.equal((await early.frame()).payload.toString(), 'early')
  const slow = await RawClient.to({ port: server.port })
  for (const byte of Buffer.from(openingRequest())) slow.write(Uint8Array.of(byte))
  assert.equal((await slow.response()).status, 101)
  early.destroy()
  slow.destroy()
})

test('a request that does not upgrade gets 426, pipelined ones one answer each, in order [RFC 9110 §15.5.22]', { timeout }, async () => {
  await using server = await serve({ message() {} })
  const client = await RawClient.to({ port: server.port })
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3), openingRequest())
  for (let i = 0; i < 3; i++) assert.equal((await client.response()).status, 426)
  assert.equal((await client.response()).status, 101)
  client.destroy()
})

test('a connection that is silent or stops inside its request ends after handshakeMs', { timeout }, async () => {
  await using server = await serve({ limits: { handshakeMs: 150 }, message() {} })
  const silent = await RawClient.to({ port: server.port })
  const half = await RawClient.to({ port: server.port })
  half.write('GET / HTTP/1.1\r\nHost: loc')
  assert.equal((await half.response()).status, 408)
  await silent.end()
  for (const client of [silent, half]) {
    client.socket.end()
    await client.gone()
  }
})

test('beyond limits.connections an opening handshake gets 503, and a place becomes free when a connection ends', { timeout }, async () => {
  await using server = await serve({ limits: { connections: 1 }, message() {} })
  const first = await connect(server.url)
  const refused = await RawClient.to({ port: server.port })
  refused.write(openingRequest())
  assert.equal((await refused.response()).status, 503)
  await first.close()
  while (server.connections.size > 0) await new Promise((resolve) => setImmediate(resolve))
  await connect(server.url)
  refused.destroy()
})

test('drain waits for the connections of its port, drops after the grace those that do not answer, and stops listening', { timeout }, async () => {
  const server = await serve({ message() {} })
  const willing = await connect(server.url)
  const silent = await rawConnection(server.port)
  const idle = await RawClient.to({ port: server.port })
  const drained = server.drain({ graceMs: 200 })
  assert.equal((await willing.closed).code, 1001)
  assert.equal((await silent.closeFrame()).code, 1001)
  await idle.end()
  const { closed, failed, terminated } = await drained
  assert.deepEqual([closed, failed, terminated], [1, 0, 1])
  const late = new RawClient({ port: server.port })
  await late.gone()
  assert.equal((late.error as NodeJS.ErrnoException | undefined)?.code, 'ECONNREFUSED')
  for (const client of [silent, idle]) client.destroy()
})

test('close resolves although a peer neither reads nor answers', { timeout }, async () => {
  const server = await serve({
    limits: { sendBuffer: 64_000_000 },
    open: (socket) => void socket.send(new Uint8Array(20_000_000)),
    message() {},
  })
  const client = await rawConnection(server.port)
  client.socket.pause()
  await server.close()
  assert.equal(server.connections.size, 0)
  client.destroy()
})
