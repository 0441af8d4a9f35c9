import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageError } from '../../src/core/errors.ts'
import { json } from '../../src/core/subprotocols/index.ts'
import type { SubprotocolCodec } from '../../src/core/subprotocols/index.ts'
import type { Socket } from '../../src/connection/socket.ts'
import { pair, settle } from '../../src/testing/index.ts'

const big = 'x'.repeat(40_000)

test('an iterator that does not take messages stops the peer above limits.receiveBuffer, and goes on when it does', async () => {
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
    server: { message: (_socket, message) => void log.push(String(message)), close: () => void log.push('closed') },
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
  test(`a message handler of the ${end} may await close(): the closing handshake does not wait for the handler (RFC 6455 section 7.1.2)`, async () => {
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
  test(`a message handler of the ${slow} that takes longer than the keepalive of its peer does not end the connection (RFC 6455 section 5.5.2)`, async () => {
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

test('a message handler may await ping() (RFC 6455 section 5.5.2)', async () => {
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

test('the answer to a Close frame waits for a handler that is still at work, and for its replies (RFC 6455 section 5.5.1)', async () => {
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
