/** What every runtime must do, through the public surface: run on each by `npm run runtimes`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { connect, HandshakeError, json, permessageDeflate, serve, text, WebSocket } from '../../src/index.ts'
import type { CloseInfo } from '../../src/index.ts'

test('messages of every length class come back, text and binary, in order [RFC 6455 §5.2]', async () => {
  await using server = await serve({ port: 0, limits: { message: 4_000_000 }, message: (socket, data) => void socket.send(data) })
  const socket = await connect(server.url, { limits: { message: 4_000_000 } })
  const sent: (string | Uint8Array)[] = []
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000]) {
    sent.push('é'.repeat(length >> 1) + 'a'.repeat(length & 1))
    sent.push(Uint8Array.from({ length }, (_, index) => (index * 31) & 255))
  }
  for (const message of sent) socket.send(message)
  const received: (string | Uint8Array)[] = []
  for await (const message of socket) {
    received.push(message)
    if (received.length === sent.length) break
  }
  for (const [index, message] of sent.entries()) {
    const got = received[index]
    if (typeof message === 'string') assert.ok(got === message, `text ${index}`)
    else assert.ok(got instanceof Uint8Array && Buffer.compare(got, message) === 0, `binary ${index}`)
  }
  const info = await socket.close(1000, 'done')
  assert.deepEqual([info.code, info.reason, info.wasClean, info.initiator], [1000, 'done', true, 'local'])
})

test('binary messages are plain Uint8Array at both ends, whole, in pieces and compressed', async () => {
  const kinds: unknown[] = []
  for (const extensions of [[], [permessageDeflate()]]) {
    await using server = await serve({
      extensions,
      message(socket, data) {
        kinds.push(data.constructor)
        socket.send(data)
      },
    })
    const socket = await connect(server.url, { extensions })
    socket.send(new Uint8Array(10))
    socket.send(new Uint8Array(300_000))
    let count = 0
    for await (const message of socket) {
      kinds.push(message.constructor)
      if (++count === 2) break
    }
    await socket.close()
  }
  assert.deepEqual(
    kinds,
    Array.from({ length: 8 }, () => Uint8Array),
  )
})

test('messages are taken while they arrive, text and binary, compressed and not, and sent back as they come', async () => {
  for (const extensions of [[], [permessageDeflate()]]) {
    await using server = await serve({ port: 0, extensions, stream: (socket, message) => socket.sendStream(message) })
    const socket = await connect(server.url, { extensions, messages: 'streams' })
    const text = 'grüße 🦊 '.repeat(20_000)
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) & 255)
    socket.send(text)
    assert.ok((await (await socket.receiveStream()).text()) === text)
    void socket.sendStream(new Blob([bytes]))
    const message = await socket.receiveStream()
    assert.equal(message.isText, false)
    const parts: Uint8Array[] = []
    for await (const chunk of message) if (typeof chunk !== 'string') parts.push(chunk)
    assert.ok(Buffer.compare(Buffer.concat(parts), bytes) === 0)
    socket.send('{"a":1}')
    assert.deepEqual(await (await socket.receiveStream()).json(), { a: 1 })
    await socket.close()
  }
})

test('the server sees who closed and why [RFC 6455 §7.1.5, §7.1.6]', async () => {
  let closed: ((info: CloseInfo) => void) | undefined
  const ended = new Promise<CloseInfo>((resolve) => {
    closed = resolve
  })
  await using server = await serve({ port: 0, message() {}, close: (_, info) => closed?.(info) })
  const socket = await connect(server.url)
  void socket.close(4321, 'weil es regnet ☔')
  const info = await ended
  assert.deepEqual([info.code, info.reason, info.wasClean, info.initiator], [4321, 'weil es regnet ☔', true, 'remote'])
})

const Count = z.object({ n: z.number() })

test('the first of the client that the server declares is chosen, and its codec is used at both ends [RS9]', async () => {
  await using server = await serve({
    port: 0,
    subprotocols: { soap: text(), 'chat.v2': json(Count) },
    message(socket, message, subprotocol) {
      if (subprotocol === 'chat.v2') socket.send({ n: message.n + 1 })
      else if (subprotocol === 'soap') socket.send(`<${message}>`)
    },
  })
  const socket = await connect(server.url, { subprotocols: { unknown: text(), 'chat.v2': json(Count), soap: text() } })
  assert.equal(socket.subprotocol, 'chat.v2')
  if (socket.subprotocol !== 'chat.v2') return
  socket.send({ n: 41 })
  for await (const message of socket) {
    assert.deepEqual(message, { n: 42 })
    break
  }
  await socket.close()
})

test('a hook refuses with a Response, and the client learns status, fields and content', async () => {
  await using server = await serve({
    port: 0,
    upgrade: () => new Response('who are you?', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
    message() {},
  })
  const error = await connect(server.url).then(
    () => assert.fail('opened'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof HandshakeError)
  assert.equal(error.status, 401)
  assert.equal(new TextDecoder().decode(error.response?.body), 'who are you?')
})

test('a handler that returns a promise holds the next message, and nothing is lost', async () => {
  const order: string[] = []
  await using server = await serve({
    port: 0,
    async message(socket, data) {
      order.push(`begin ${data}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
      order.push(`end ${data}`)
      socket.send(data)
    },
  })
  const socket = await connect(server.url)
  for (const message of ['1', '2', '3']) socket.send(message)
  let count = 0
  for await (const _ of socket) if (++count === 3) break
  assert.deepEqual(order, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  await socket.close()
})

test('the WHATWG class opens, echoes and closes with its events', async () => {
  await using server = await serve({ port: 0, subprotocols: ['soap'], message: (socket, data) => void socket.send(data) })
  const socket = new WebSocket(server.url, ['wamp', 'soap'])
  socket.binaryType = 'arraybuffer'
  const events: string[] = []
  await new Promise<void>((resolve) => {
    socket.onopen = () => {
      events.push(`open ${socket.protocol}`)
      socket.send('text')
      socket.send(new Uint8Array([1, 2, 3]))
    }
    socket.onmessage = ({ data }: { data: unknown }) => {
      events.push(typeof data === 'string' ? data : `bytes ${(data as ArrayBuffer).byteLength}`)
      if (typeof data !== 'string') socket.close(3000, 'enough')
    }
    socket.onclose = ({ code, wasClean }: { code: number; wasClean: boolean }) => {
      events.push(`close ${code} ${wasClean}`)
      resolve()
    }
  })
  assert.deepEqual(events, ['open soap', 'text', 'bytes 3', 'close 3000 true'])
})

test('drain closes open connections with 1001 and resolves with the counts', async () => {
  const server = await serve({ port: 0, message() {} })
  const sockets = await Promise.all([connect(server.url), connect(server.url)])
  const infos = Promise.all(sockets.map((socket) => socket.closed))
  const result = await server.drain({ graceMs: 5_000 })
  assert.deepEqual(result, { closed: 2, failed: 0, terminated: 0 })
  for (const info of await infos) assert.equal(info.code, 1001)
})
