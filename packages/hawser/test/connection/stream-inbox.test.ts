import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, OptionError } from '../../src/core/errors.ts'
import { json } from '../../src/core/subprotocols/index.ts'
import { StreamInbox } from '../../src/connection/stream-inbox.ts'
import type { MessageStream } from '../../src/connection/message-stream.ts'
import { readSocketSettings } from '../../src/connection/socket-settings.ts'
import { createRuntime } from '../../src/connection/runtime.ts'
import { createTestPlatform } from '../../src/testing/platform.ts'
import type { Pair } from '../../src/testing/index.ts'
import { ManualClock, pair, settle } from '../../src/testing/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

/** A message of that many pieces of 1000 bytes. */
async function* thousands(count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield 'x'.repeat(1000)
}

/** Sends pieces of one message when it is told to. */
function feed(): { pieces: AsyncIterable<string>; push(piece: string): Promise<void>; end(): Promise<void> } {
  const waiting: string[] = []
  let ended = false
  let wake: (() => void) | undefined
  const pieces = (async function* () {
    for (;;) {
      const piece = waiting.shift()
      if (piece !== undefined) yield piece
      else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  })()
  const woken = async (): Promise<void> => {
    wake?.()
    await settle()
  }
  return {
    pieces,
    push(piece) {
      waiting.push(piece)
      return woken()
    },
    end() {
      ended = true
      return woken()
    },
  }
}

test('a handler takes a message while it arrives, and the next one waits for its promise', async () => {
  const log: string[] = []
  const { client } = pair({
    server: {
      async stream(_socket, message) {
        log.push(message.isText ? 'text' : 'binary')
        for await (const chunk of message) log.push(String(chunk))
        log.push('end')
      },
    },
  })
  const { pieces, push, end } = feed()
  void client.sendStream(pieces)
  client.send(new Uint8Array([7]))
  await push('a')
  assert.deepEqual(log, ['text', 'a'])
  await push('b')
  await end()
  assert.deepEqual(log, ['text', 'a', 'b', 'end', 'binary', '7', 'end'])
  await client.close()
})

test('without a handler, receiveStream and streams give each message as it begins', async () => {
  const { client, server } = pair({ server: { messages: 'streams' } })
  const { pieces, push, end } = feed()
  void client.sendStream(pieces)
  client.send('2')
  client.send('3')
  await push('1')
  const first = await server.receiveStream()
  const text = first.text()
  await push('!')
  await end()
  assert.equal(await text, '1!')
  const rest: string[] = []
  void client.close()
  for await (const message of server.streams()) rest.push(await message.text())
  assert.deepEqual(rest, ['2', '3'])
  await assert.rejects(server.receiveStream(), { name: 'ConnectionError', closeCode: 1000 })
})

test('a message that nobody takes is dropped when the next is asked for, and when its handler is done', async () => {
  const { client, server } = pair({ capacity: 1000, server: { messages: 'streams' } })
  for (let i = 0; i < 5; i++) client.send(String(i).repeat(100_000))
  await server.receiveStream()
  const taken: string[] = []
  for await (const message of server.streams()) {
    if (taken.length === 0) taken.push((await message.text()).slice(0, 1))
    else if (taken.push('dropped') === 3) break
  }
  assert.deepEqual(taken, ['1', 'dropped', 'dropped'])
  assert.equal((await (await server.receiveStream()).text())[0], '4')

  let ended = 0
  const handled = pair({ capacity: 1000, server: { stream: () => void ended++ } })
  for (let i = 0; i < 5; i++) handled.client.send('x'.repeat(100_000))
  await handled.client.close()
  assert.equal(ended, 5)
})

test('leaving a message early, or cancelling it, drops its rest and goes on with the next', async () => {
  const { client, server } = pair({ capacity: 1000, server: { messages: 'streams' } })
  for (let i = 0; i < 3; i++) client.send(String(i).repeat(200_000))
  for (const leave of [
    async (message: MessageStream) => {
      for await (const chunk of message) if (chunk.length > 0) break
    },
    (message: MessageStream) => message.cancel(),
    (message: MessageStream) => message.stream().cancel(),
  ]) {
    await leave(await server.receiveStream())
  }
  client.send('next')
  assert.equal(await (await server.receiveStream()).text(), 'next')
  assert.equal(server.readyState, 'OPEN')
})

test('what is not taken waits up to limits.receiveBuffer, then the peer waits; Pings before it are answered', async () => {
  const { client, server } = pair({ capacity: 10_000, server: { messages: 'streams', limits: { receiveBuffer: 50_000 } } })
  void client.sendStream(
    (async function* () {
      for (let i = 0; i < 100; i++) yield 'x'.repeat(10_000)
    })(),
  )
  const ping = client.ping()
  const message = await server.receiveStream()
  await ping
  await settle()
  assert.ok(client.bufferedAmount > 0, 'the peer waits')
  const waiting = (server as unknown as { heldBytes: number }).heldBytes
  assert.ok(waiting >= 50_000 && waiting < 75_000, `${waiting} bytes wait`)
  let length = 0
  for await (const chunk of message) length += chunk.length
  assert.equal(length, 1_000_000)
})

test('a receiveBuffer of 0 still lets a message be taken', async () => {
  const { client, server } = pair({ server: { messages: 'streams', limits: { receiveBuffer: 0 } } })
  client.send('x'.repeat(100_000))
  client.send('y')
  assert.equal((await (await server.receiveStream()).text()).length, 100_000)
  assert.equal(await (await server.receiveStream()).text(), 'y')
})

test('empty messages that nobody takes are counted with their overhead', async () => {
  const { client, server } = pair({ capacity: 100, server: { messages: 'streams', limits: { receiveBuffer: 10_000 } } })
  for (let i = 0; i < 2000; i++) client.send('')
  await settle()
  const { heldBytes } = server as unknown as { heldBytes: number }
  assert.ok(heldBytes > 10_000 && heldBytes < 25_000, `${heldBytes}`)
  for (let i = 0; i < 2000; i++) assert.equal(await (await server.receiveStream()).text(), '')
})

for (const [how, end] of [
  ['the network', (ends: Pair) => ends.transports.client.abort()],
  ['terminate() of the peer', (ends: Pair) => ends.client.terminate()],
  ['terminate() here', (ends: Pair) => ends.server.terminate()],
] as const) {
  test(`a message that ${how} cuts off rejects with a ConnectionError, which is no failure of the handler`, async () => {
    const caught: unknown[] = []
    const ends = pair({
      server: {
        async stream(_socket, message) {
          try {
            for await (const chunk of message) assert.equal(chunk, 'a')
          } catch (error) {
            caught.push(error)
            throw error
          }
        },
      },
    })
    const { pieces, push } = feed()
    void ends.client.sendStream(pieces)
    await push('a')
    end(ends)
    await ends.server.closed
    await settle()
    assert.equal(caught.length, 1)
    assert.ok(caught[0] instanceof ConnectionError)
    assert.deepEqual(ends.errors, [])
  })
}

test('an exception of the handler closes with 1011 and is reported as its own', async () => {
  const where: string[] = []
  const { client } = pair({
    server: {
      async stream(_socket, message) {
        for await (const chunk of message) throw new Error(`mine: ${chunk}`)
      },
      error: (_error, name) => void where.push(name),
    },
  })
  client.send('a')
  assert.deepEqual([(await client.closed).code, where], [1011, ['stream']])
})

test('text(), bytes() and json() collect up to limits.message; beyond it the connection fails with 1009 and nothing is reported', async () => {
  for (const take of ['text', 'bytes', 'json'] as const) {
    const { client, server, errors } = pair({
      client: { limits: { message: 1e6 } },
      server: { limits: { message: 1000 }, stream: (_socket, message) => message[take]() as Promise<unknown> },
    })
    client.send('x'.repeat(100_000))
    await client.closed
    const { error, sent } = await server.closed
    assert.deepEqual([sent?.code, error?.limit], [1009, 'message'])
    await settle()
    assert.deepEqual(errors, [])
  }
})

test('limits.streamedMessage bounds a streamed message: 1009', async () => {
  const { client, server } = pair({ server: { messages: 'streams', limits: { streamedMessage: 50_000 } } })
  void client.sendStream(
    (async function* () {
      for (;;) yield 'x'.repeat(10_000)
    })(),
  )
  const message = await server.receiveStream()
  await assert.rejects(message.text(), { name: 'ConnectionError', closeCode: 1009, limit: 'streamedMessage' })
})

test('close() ends with a clean closing handshake while nobody takes a long message', async () => {
  const { client, server } = pair({ capacity: 1000, server: { messages: 'streams', limits: { receiveBuffer: 1000 } } })
  void client.sendStream(thousands(500))
  const message = await server.receiveStream()
  await settle()
  const info = await server.close(1000, 'done')
  assert.deepEqual([info.wasClean, info.code], [true, 1000])
  await assert.rejects(message.text(), ConnectionError)
})

test('close() lets a message that somebody takes arrive whole', async () => {
  const { client, server } = pair({ capacity: 1000, server: { messages: 'streams', limits: { receiveBuffer: 1000 } } })
  client.send('x'.repeat(500_000))
  const text = (await server.receiveStream()).text()
  const info = await server.close()
  assert.deepEqual([(await text).length, info.wasClean], [500_000, true])
})

test('close() lets a message that text() collects arrive whole, also beyond limits.receiveBuffer', async (t) => {
  const server = await serveFor(t, { messages: 'streams', open() {}, limits: { receiveBuffer: 1000 } })
  const client = await server.client()
  client.write(openingRequest('/'), clientFrame(1, 'x'.repeat(2000), { fin: false }))
  await client.response()
  const [socket] = server.connections
  const text = (await socket!.receiveStream()).text()
  void socket!.close()
  // Not before the server's Close frame, which this client answers behind its message.
  await client.frame()
  client.write(
    ...Array.from({ length: 100 }, () => clientFrame(0, 'x'.repeat(2000), { fin: false })),
    clientFrame(0, ''),
    clientFrame(8, Uint8Array.of(3, 232)),
  )
  assert.equal((await text).length, 202_000)
  assert.equal((await socket!.closed).wasClean, true)
})

test('messages that were complete before the end can be taken after it', async () => {
  const { client, server } = pair({ server: { messages: 'streams' } })
  client.send('a')
  client.send('b')
  await client.close()
  const taken: string[] = []
  for await (const message of server.streams()) taken.push(await message.text())
  assert.deepEqual(taken, ['a', 'b'])
})

test('discard drops what waits and what comes; receiveStream takes messages again', async () => {
  const { client, server } = pair({ capacity: 1000, server: { messages: 'streams' } })
  for (let i = 0; i < 10; i++) client.send('x'.repeat(100_000))
  await settle()
  server.discard()
  await settle()
  assert.equal(client.bufferedAmount, 0)
  const message = server.receiveStream()
  client.send('again')
  assert.equal(await (await message).text(), 'again')
})

test('discard drops a message whose handler has not taken it yet: taking it fails at once, and the handler ends', async () => {
  const caught: unknown[] = []
  let closed = 0
  const { client, server } = pair({
    server: {
      async stream(socket, message) {
        await settle()
        socket.discard()
        await message.text().catch((error: unknown) => caught.push(error))
      },
      close: () => void closed++,
    },
  })
  const { pieces, push, end } = feed()
  void client.sendStream(pieces)
  await push('a')
  await end()
  assert.ok(caught[0] instanceof TypeError)
  await client.close()
  await server.closed
  await settle()
  assert.equal(closed, 1)
})

test('a message that was dropped because its handler was done is no empty message', async () => {
  let late: Promise<string> | undefined
  const { client } = pair({
    server: {
      stream(_socket, message) {
        late = settle().then(() => message.text())
      },
    },
  })
  client.send('hello')
  await client.close()
  await assert.rejects(late ?? Promise.resolve(), { name: 'TypeError', message: /this message was dropped/ })
})

test('what text() collects is memory of the connection, though it stops no reading', async () => {
  const { client, server } = pair({ server: { messages: 'streams', limits: { receiveBuffer: 1000 } } })
  const { pieces, push, end } = feed()
  void client.sendStream(pieces)
  await push('x')
  const text = (await server.receiveStream()).text()
  const holder = server as unknown as { heldBytes: number }
  const before = holder.heldBytes
  for (let i = 0; i < 10; i++) await push('x'.repeat(1000))
  assert.equal(holder.heldBytes - before, 10_000)
  await end()
  assert.equal((await text).length, 10_001)
  assert.equal(holder.heldBytes, 0)
})

test('pause holds messages that have not begun; one that is being taken goes on', async () => {
  const { client, server } = pair({ server: { messages: 'streams' } })
  const { pieces, push, end } = feed()
  void client.sendStream(pieces)
  await push('a')
  const text = (await server.receiveStream()).text()
  server.pause()
  await push('b')
  await end()
  assert.equal(await text, 'ab')
  client.send('later')
  const later = server.receiveStream()
  let given = false
  void later.then(() => (given = true))
  await settle()
  assert.equal(given, false)
  server.resume()
  assert.equal(await (await later).text(), 'later')
})

test('each mode says what takes its messages', async () => {
  const { client, server } = pair({ server: { messages: 'streams' } })
  await assert.rejects(server.receive(), { name: 'TypeError', message: /streams: call receiveStream/ })
  assert.throws(() => server[Symbol.asyncIterator](), TypeError)
  await assert.rejects(client.receiveStream(), { name: 'TypeError', message: /need the option messages/ })
  assert.throws(() => client.streams(), TypeError)
  const handled = pair({ server: { stream() {} } })
  await assert.rejects(handled.server.receiveStream(), { name: 'TypeError', message: /has a stream handler/ })
  assert.throws(() => handled.server.streams(), TypeError)
})

test('streams exclude a message handler, codecs, text as bytes and whole messages', () => {
  const stream = (): void => undefined
  for (const [server, option] of [
    [{ stream, message() {} }, 'stream'],
    [{ messages: 'streams', message() {} }, "messages: 'streams'"],
    [{ stream, text: 'bytes' }, 'stream'],
    [{ stream, messages: 'whole' }, 'stream'],
    [{ messages: 'pieces' }, 'messages'],
  ] as const) {
    assert.throws(
      () => pair({ server: server as object }),
      (error) => error instanceof OptionError && error.option === option,
    )
  }
  assert.throws(() => pair({ subprotocols: { chat: json() }, server: { stream } }), { name: 'OptionError', option: 'subprotocols' })
  pair({ subprotocols: ['chat'], server: { stream } })
})

test('a whole message from below becomes a stream, and pieces behind a cut are ignored', async () => {
  const settings = readSocketSettings({ messages: 'streams' })
  const socket = {
    subprotocol: '',
    isOpen: true,
    fail() {},
    setReading() {},
    applicationIdle() {},
    pongReceived() {},
    connectionClosed() {},
  }
  const owner = { report() {}, connectionClosed() {} }
  const inbox = new StreamInbox(socket, { handlers: {}, owner, settings, runtime: createRuntime(createTestPlatform(1), new ManualClock()) })
  inbox.message('grüße', true)
  inbox.message(Uint8Array.of(1), false)
  const iterator = inbox.iterate()
  assert.equal(await (await iterator.next()).value?.text(), 'grüße')
  assert.deepEqual(await (await iterator.next()).value?.bytes(), Uint8Array.of(1))
  inbox.begin(true)
  inbox.cut(new ConnectionError('gone', { fault: 'peer', closeCode: 1002 }))
  inbox.piece(Uint8Array.of(97), 0, 1)
  inbox.end()
  await assert.rejects(async () => (await iterator.next()).value?.text(), { closeCode: 1002 })
  assert.equal(inbox.heldBytes, 0)
})
