import assert from 'node:assert/strict'
import { test } from 'node:test'
import process from 'node:process'
import { ConnectionError, MessageError } from '../../src/core/errors.ts'
import { json } from '../../src/core/subprotocols/index.ts'
import type { SubprotocolCodec } from '../../src/core/subprotocols/index.ts'
import { Inbox } from '../../src/connection/inbox.ts'
import { messageOverhead } from '../../src/connection/message-queue.ts'
import { readSocketSettings } from '../../src/connection/socket-settings.ts'
import type { Socket } from '../../src/connection/socket.ts'
import { pair, settle } from '../../src/testing/index.ts'

const big = 'x'.repeat(40_000)

test('an iterator that takes no messages stops the peer above limits.receiveBuffer, and reading continues when it takes them', async () => {
  const { client, server } = pair({ capacity: 1000, server: { limits: { receiveBuffer: 100_000 } } })
  const iterator = server[Symbol.asyncIterator]()
  const first = iterator.next()
  for (let i = 0; i < 20; i++) client.send(big)
  await first
  await settle()
  assert.ok(client.bufferedAmount >= 600_000, `the rest waits at the peer: ${client.bufferedAmount}`)
  for (let i = 1; i < 20; i++) assert.equal((await iterator.next()).value, big)
  await settle()
  assert.equal(client.bufferedAmount, 0)
})

test('a promise of the message handler holds the next message', async () => {
  const log: string[] = []
  let release: (() => void) | undefined
  const { client } = pair({
    server: {
      message(_socket, message) {
        log.push(String(message))
        return new Promise<void>((resolve) => {
          release = resolve
        })
      },
    },
  })
  for (const message of ['1', '2', '3']) client.send(message)
  await settle()
  assert.deepEqual(log, ['1'])
  release?.()
  await settle()
  assert.deepEqual(log, ['1', '2'])
  release?.()
  await settle()
  assert.deepEqual(log, ['1', '2', '3'])
})

test('a promise of the open handler holds the first message', async () => {
  const log: string[] = []
  let release: (() => void) | undefined
  const { client } = pair({
    server: {
      open: () => new Promise<void>((resolve) => void (release = resolve)),
      message: (_socket, message) => void log.push(String(message)),
    },
  })
  client.send('early')
  await settle()
  assert.deepEqual(log, [])
  release?.()
  await settle()
  assert.deepEqual(log, ['early'])
})

test('after the close the remaining messages are still delivered to the iterator, then it ends', async () => {
  const { client, server } = pair()
  client.send('a')
  client.send('b')
  const closing = client.close()
  const received: unknown[] = []
  for await (const message of server) received.push(message)
  assert.deepEqual(received, ['a', 'b'])
  assert.equal((await closing).code, 1000)
  for await (const message of server) assert.fail(`no more: ${String(message)}`)
})

test('a codec that decodes asynchronously keeps the order of messages, and they come before the end', async () => {
  const log: string[] = []
  const codec: SubprotocolCodec<string, string> = {
    encode: (message) => message,
    decode: async (data) => {
      for (let turns = data === 'slow' ? 10 : 0; turns > 0; turns--) await Promise.resolve()
      return String(data)
    },
  }
  const { client } = pair({
    subprotocols: { c: codec },
    server: { message: (_socket, message) => void log.push(message), close: () => void log.push('closed') },
  })
  client.send('slow')
  client.send('fast')
  await client.close()
  await settle()
  assert.deepEqual(log, ['slow', 'fast', 'closed'])
})

test("an invalid message rejects the iterator's next, and iteration can be taken up again", async () => {
  const { client, server } = pair({ subprotocols: { chat: json() } })
  const raw = client as unknown as { sendEncoded(data: string): void }
  client.send(1 as never)
  raw.sendEncoded('nonsense')
  client.send(2 as never)
  const received: unknown[] = []
  await assert.rejects(async () => {
    for await (const message of server) received.push(message)
  }, MessageError)
  for await (const message of server) {
    received.push(message)
    break
  }
  assert.deepEqual(received, [1, 2])
})

for (const end of ['server', 'client'] as const) {
  test(`a message handler of the ${end} may await close(): the closing handshake does not wait for the handler [RFC 6455 §7.1.2]`, async () => {
    const log: unknown[] = []
    const { client, server, clock } = pair({
      [end]: {
        async message(socket: Socket, message: unknown) {
          log.push(message)
          if (message === 'last') log.push((await socket.close(4000, 'bye')).wasClean)
        },
        close: () => void log.push('close'),
      },
    })
    const peer = end === 'server' ? client : server
    peer.send('last')
    peer.send('behind')
    assert.equal((await peer.closed).code, 4000)
    await settle()
    assert.deepEqual([clock.now(), log], [0, ['last', true, 'behind', 'close']])
  })
}

test('what comes behind a handler while closing is read up to limits.receiveBuffer, and nothing of it is lost', async () => {
  const received: unknown[] = []
  let release: (() => void) | undefined
  const { client, server } = pair({
    capacity: 1000,
    server: {
      limits: { receiveBuffer: 100_000 },
      message(_socket, message) {
        received.push(message)
        return new Promise<void>((resolve) => void (release = resolve))
      },
    },
  })
  for (let i = 0; i < 20; i++) client.send(`${i}${big}`)
  await settle()
  const closing = server.close()
  await settle()
  assert.ok(client.bufferedAmount >= 600_000, `the rest waits at the peer: ${client.bufferedAmount}`)
  void client.closed
  for (let i = 0; i < 20; i++) {
    assert.equal(received.length, i + 1)
    release?.()
    await settle()
  }
  assert.equal((await closing).wasClean, true)
  assert.deepEqual(
    received,
    Array.from({ length: 20 }, (_, i) => `${i}${big}`),
  )
})

test('after terminate() inside a handler nothing more is delivered', async () => {
  const received: unknown[] = []
  const { client, server } = pair({
    server: {
      async message(socket, message) {
        received.push(message)
        const closed = socket.close()
        socket.terminate()
        await closed
      },
    },
  })
  for (const message of ['1', '2', '3']) client.send(message)
  assert.equal((await server.closed).code, 1006)
  await settle()
  assert.deepEqual(received, ['1'])
})

test('small messages that wait do not keep the large chunks alive that they came in', async () => {
  const { client, server } = pair({ capacity: 1 << 20 })
  for (let i = 0; i < 4; i++) {
    client.send(new Uint8Array([i]))
    client.send(big)
  }
  const iterator = server[Symbol.asyncIterator]()
  await settle()
  for (let i = 0; i < 4; i++) {
    const message = (await iterator.next()).value as Uint8Array
    assert.deepEqual([...message], [i])
    assert.ok(message.buffer.byteLength < 1000, `${message.buffer.byteLength}`)
    await iterator.next()
  }
})

for (const slow of ['server', 'client'] as const) {
  test(`a message handler of the ${slow} that takes longer than the keepalive of its peer does not end the connection [RFC 6455 §5.5.2]`, async () => {
    const received: unknown[] = []
    let release: (() => void) | undefined
    const ends = pair({
      [slow]: {
        message(_socket: Socket, message: unknown) {
          received.push(message)
          return received.length === 1 ? new Promise<void>((resolve) => void (release = resolve)) : undefined
        },
      },
      [slow === 'server' ? 'client' : 'server']: { message() {} },
    })
    const peer = slow === 'server' ? ends.client : ends.server
    peer.send('first')
    for (let minute = 0; minute < 5; minute++) {
      await ends.clock.advance(60_000)
      peer.send(`minute ${minute}`)
    }
    await settle()
    assert.deepEqual([ends.client.readyState, ends.server.readyState, received], ['OPEN', 'OPEN', ['first']])
    release?.()
    await settle()
    assert.deepEqual(received, ['first', ...Array.from({ length: 5 }, (_, minute) => `minute ${minute}`)])
  })
}

test('behind a handler that takes that long no more than limits.receiveBuffer is read', async () => {
  const { client, clock } = pair({
    capacity: 1000,
    server: { limits: { receiveBuffer: 100_000 }, message: () => new Promise<void>(() => undefined) },
  })
  client.send('first')
  await clock.advance(21_000)
  for (let i = 0; i < 20; i++) client.send(big)
  await settle()
  assert.ok(client.bufferedAmount >= 600_000, `the rest waits at the peer: ${client.bufferedAmount}`)
})

test('a message handler may await ping() [RFC 6455 §5.5.2]', async () => {
  const received: unknown[] = []
  const { client, clock } = pair({
    server: {
      async message(socket, message) {
        await socket.ping()
        received.push(message)
      },
    },
    client: { message() {} },
  })
  client.send('a')
  client.send('b')
  await settle()
  assert.deepEqual([clock.now(), received], [0, ['a', 'b']])
})

test('the answer to a Close frame waits for a handler that is still at work, and for its replies [RFC 6455 §5.5.1]', async () => {
  let release: (() => void) | undefined
  const { client, clock } = pair({
    server: {
      async message(socket, message) {
        await new Promise<void>((resolve) => void (release = resolve))
        socket.send(`done with ${String(message)}`)
      },
    },
  })
  client.send('work')
  const closing = client.close()
  await clock.advance(5_000)
  assert.equal(client.readyState, 'CLOSING')
  release?.()
  const received: unknown[] = []
  for await (const message of client) received.push(message)
  assert.deepEqual([received, (await closing).wasClean], [['done with work'], true])
})

test('receive gives the messages in order, the error of an invalid one in its place, and rejects at the end with the close code', async () => {
  const { client, server } = pair({ subprotocols: { chat: json() } })
  const raw = client as unknown as { sendEncoded(data: string): void }
  client.send(1 as never)
  raw.sendEncoded('nonsense')
  client.send(2 as never)
  assert.equal(await server.receive(), 1)
  await assert.rejects(server.receive(), MessageError)
  assert.equal(await server.receive(), 2)
  const next = server.receive()
  await client.close(4000, 'bye')
  await assert.rejects(next, (error: ConnectionError) => error instanceof ConnectionError && error.closeCode === 4000 && /bye/.test(error.message))
  await assert.rejects(server.receive(), ConnectionError)
})

test('receive of a connection with a message handler rejects', async () => {
  const { server } = pair({ server: { message() {} } })
  await assert.rejects(server.receive(), TypeError)
})

test('messages that arrived before the Close frame are received after it', async () => {
  const { client, server } = pair()
  client.send('a')
  client.send('b')
  await client.close()
  assert.deepEqual([await server.receive(), await server.receive()], ['a', 'b'])
  await assert.rejects(server.receive(), /CLOSED/)
})

for (const role of ['client', 'server'] as const) {
  test(`control frames are answered while the messages of the ${role} are not taken, and its closed settles [§5.5.2]`, async () => {
    const ends = pair()
    const [silent, peer] = role === 'client' ? [ends.client, ends.server] : [ends.server, ends.client]
    peer.send('waits')
    assert.equal(typeof (await peer.ping()), 'number')
    for (let minute = 0; minute < 5; minute++) await ends.clock.advance(60_000)
    assert.deepEqual([silent.readyState, peer.readyState], ['OPEN', 'OPEN'])
    const closed = silent.closed
    await peer.close(1000, 'done')
    assert.equal((await closed).wasClean, true)
    assert.equal(await silent.receive(), 'waits')
  })
}

test('a message that is too big ends a connection whose messages are not taken with 1009, at both ends', async () => {
  const { client, server } = pair({ server: { limits: { message: 1000 } } })
  client.send('x'.repeat(1001))
  const [there, here] = await Promise.all([client.closed, server.closed])
  assert.deepEqual([there.code, here.sent?.code], [1009, 1009])
})

test('discard drops what waits and what comes, so that reading never stops; receive takes messages again', async () => {
  const { client, server } = pair({ capacity: 1000 })
  for (let i = 0; i < 20; i++) client.send(big)
  await settle()
  assert.ok(client.bufferedAmount > 600_000)
  server.discard()
  await settle()
  assert.equal(client.bufferedAmount, 0)
  const next = server.receive()
  client.send('last')
  assert.equal(await next, 'last')
})

test('pause holds messages within limits.receiveBuffer, then reading stops; Pings are answered all the while', async () => {
  const received: unknown[] = []
  const { client, server } = pair({ capacity: 1000, server: { message: (_socket, message) => received.push(message) } })
  server.pause()
  client.send('a')
  assert.equal(typeof (await client.ping()), 'number')
  assert.deepEqual(received, [])
  for (let i = 0; i < 20; i++) client.send(big)
  await settle()
  assert.ok(client.bufferedAmount > 600_000, `${client.bufferedAmount}`)
  server.resume()
  await settle()
  assert.equal(received.length, 21)
})

test('close() behind a handler that works, while the Close frame of the peer waits, sends one and ends cleanly [§5.5.1 MUST]', async () => {
  for (const how of ['handler', 'paused', 'iterator left'] as const) {
    const { client, server, clock } = pair({ server: how === 'handler' ? { message: () => new Promise<void>(() => undefined) } : {} })
    if (how === 'paused') server.pause()
    if (how === 'iterator left') await server[Symbol.asyncIterator]().return?.()
    client.send('work')
    await settle()
    const closing = client.close()
    await settle()
    const info = await server.close(1001, 'going away')
    assert.deepEqual([info.wasClean, (await closing).wasClean, clock.now()], [true, true, 0], how)
  }
})

test('a message received after our Close frame and before that of the peer is delivered [§1.4]', async () => {
  const received: unknown[] = []
  const { client, server } = pair({ server: { message: (_socket, message) => received.push(message), faults: {} }, client: { message() {} } })
  const closing = server.close(1001, 'drain')
  client.send('late')
  assert.equal((await closing).wasClean, true)
  assert.deepEqual(received, ['late'])
})

test('a handler may return anything, and a thenable that misbehaves ends its own connection at most', async () => {
  const hostile: readonly [string, unknown][] = [
    ['a string', 'sent'],
    ['a number', 1],
    ['an object', {}],
    ['a resolving thenable', { then: (resolve: () => void) => resolve() }],
    ['a thenable that resolves twice', { then: (resolve: () => void) => (resolve(), resolve()) }],
    ['a thenable that throws', { then: () => assert.fail('mine') }],
    ['a thenable that rejects', { then: (_resolve: unknown, reject: (error: Error) => void) => reject(new Error('mine')) }],
    [
      'a thenable that rejects and throws',
      { then: (_resolve: unknown, reject: (error: Error) => void) => (reject(new Error('mine')), assert.fail('too')) },
    ],
    ['a then that cannot be read', Object.defineProperty({}, 'then', { get: () => assert.fail('mine') })],
    ['a promise that rejects', Promise.reject(new Error('mine'))],
  ]
  for (const [name, result] of hostile) {
    for (const handler of ['open', 'message', 'drained', 'close'] as const) {
      const messages: unknown[] = []
      const { client, errors } = pair({ server: { message: (_socket, message) => messages.push(message), [handler]: () => result } })
      client.send('a')
      await settle()
      await client.close()
      await settle()
      const fails = /throws|rejects|cannot/.test(name) && handler !== 'drained'
      assert.equal(errors.length > 0, fails, `${handler} returns ${name}`)
    }
  }
})

test('the promises of a socket may be dropped: no rejection is unhandled', async () => {
  const unhandled: unknown[] = []
  const note = (error: unknown): void => void unhandled.push(error)
  process.on('unhandledRejection', note)
  try {
    const { client, server } = pair({ subprotocols: { chat: json() } })
    const raw = client as unknown as { sendEncoded(data: string): void }
    void server.ping()
    void server.receive()
    void server[Symbol.asyncIterator]().next()
    void client.sendStream(
      (async function* () {
        yield 'a'
        throw new Error('mine')
      })(),
    )
    raw.sendEncoded('nonsense')
    client.terminate()
    await settle()
    void client.ping()
    void client.receive()
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(unhandled, [])
  } finally {
    process.off('unhandledRejection', note)
  }
})

test('reading stops with the byte that exceeds limits.receiveBuffer, and continues once the handler has taken enough', async () => {
  const reading: boolean[] = []
  const socket = {
    subprotocol: '',
    isOpen: true,
    setReading: (on: boolean) => void reading.push(on),
    applicationIdle() {},
    fail() {},
    pongReceived() {},
    connectionClosed() {},
  }
  let taken: (() => void) | undefined
  const handlers = { message: () => new Promise<void>((resolve) => void (taken = resolve)) }
  const owner = { report() {}, connectionClosed() {} }
  const settings = readSocketSettings({ limits: { receiveBuffer: 2 * (100 + messageOverhead) } })
  const inbox = new Inbox(socket, { handlers, owner, codec: undefined, settings })
  inbox.open(true)
  for (let i = 0; i < 3; i++) inbox.message('x'.repeat(100))
  assert.deepEqual(reading, [true], 'one is being handled, and the two that wait are as much as the limit')
  inbox.message('')
  assert.deepEqual(reading, [true, false])
  taken?.()
  await settle()
  assert.equal(reading.at(-1), true)
})
