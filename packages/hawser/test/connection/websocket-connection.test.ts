import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, MessageError, OptionError } from '../../src/core/errors.ts'
import { json } from '../../src/core/subprotocols/index.ts'
import { ManualClock, pair, settle } from '../../src/testing/index.ts'
import * as z from 'zod'

const big = 'x'.repeat(40_000)

test('if no messages are taken, reading stops above limits.receiveBuffer until an iterator takes them', async () => {
  const { client, server } = pair({ capacity: 1000 })
  for (let i = 0; i < 10; i++) client.send(big)
  await settle()
  assert.ok(client.bufferedAmount > 300_000, `the rest waits at the sender: ${client.bufferedAmount}`)
  const received: unknown[] = []
  for await (const message of server) if (received.push(message) === 10) break
  assert.equal(received.length, 10)
  await settle()
  assert.equal(client.bufferedAmount, 0)
})

test('messages that arrived before the iterator are delivered first and in order', async () => {
  const { client, server } = pair()
  for (const message of ['a', 'b', 'c']) client.send(message)
  await settle()
  const received: unknown[] = []
  for await (const message of server) {
    received.push(message)
    if (message === 'a') client.send('d')
    if (received.length === 4) break
  }
  assert.deepEqual(received, ['a', 'b', 'c', 'd'])
})

for (const [how, fails] of [
  [
    'throws',
    () => {
      throw new Error('bug')
    },
  ],
  [
    'rejects',
    async () => {
      throw new Error('bug')
    },
  ],
] as const) {
  test(`a message handler that ${how} is reported and closes with 1011 [RFC 6455 §7.4.1]`, async () => {
    const { client, server, errors } = pair({ server: { message: fails } })
    client.send('x')
    const info = await client.closed
    assert.equal(info.code, 1011)
    const own = await server.closed
    assert.equal(own.error?.fault, 'application')
    assert.equal(own.initiator, 'local')
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      ['bug'],
    )
  })
}

test('a connection with a message handler refuses to be iterated as well', () => {
  const { server } = pair({ server: { message() {} } })
  assert.throws(() => server[Symbol.asyncIterator](), TypeError)
})

test('a message that its schema refuses goes to the invalid handler with the wrong path, and the connection stays open', async () => {
  const schema = z.object({ user: z.object({ age: z.number() }) })
  const invalid: MessageError[] = []
  const valid: unknown[] = []
  const sends = pair({
    subprotocols: { chat: json(schema) },
    server: { message: (_socket, message) => void valid.push(message), invalid: (_socket, error) => void invalid.push(error) },
  })
  sends.client.send({ user: { age: 'old' } } as never)
  sends.client.send({ user: { age: 7 } } as never)
  await settle()
  assert.deepEqual(valid, [{ user: { age: 7 } }])
  assert.deepEqual(
    invalid.map((error) => [error.subprotocol, error.fault, error.issues[0]?.path]),
    [['chat', 'peer', ['user', 'age']]],
  )
})

for (const code of [1007, 1008] as const) {
  test(`invalidMessage ${code} reports the message and closes with ${code}`, async () => {
    const { client, errors } = pair({ subprotocols: { chat: json() }, server: { message() {}, invalidMessage: code } })
    client.send('fine')
    const raw = client as unknown as { sendEncoded(data: string): void }
    raw.sendEncoded('{"broken')
    assert.equal((await client.closed).code, code)
    assert.ok(errors[0] instanceof MessageError)
  })
}

test('ping resolves with the round trip, and rejects when the connection ends first [RFC 6455 §5.5.2]', async () => {
  const clock = new ManualClock()
  const { client, server } = pair({ clock, server: { message() {}, faults: { clock, delayMs: 20 } } })
  const roundTrip = client.ping()
  await clock.advance(100)
  assert.equal(client.roundTripMs, 20)
  assert.equal(await roundTrip, 20)
  server.pause()
  const never = client.ping(new Uint8Array([1]))
  client.terminate()
  await assert.rejects(never, ConnectionError)
  await assert.rejects(client.ping(), ConnectionError)
  assert.throws(() => client.ping(new Uint8Array(126)), OptionError)
})

test('roundTripMs is that of the latest Ping: of keepalive in silence, and with `always` while data arrives, too', async () => {
  const clock = new ManualClock()
  const { client, server } = pair({
    clock,
    client: { keepalive: { intervalMs: 1000, jitter: 0 }, faults: { clock, delayMs: 30 }, message() {} },
    server: { keepalive: { intervalMs: 1000, jitter: 0, always: true }, message() {} },
  })
  await clock.advance(900)
  assert.equal(client.roundTripMs, undefined)
  await clock.advance(200)
  assert.equal(client.roundTripMs, 30)
  for (let i = 0; i < 20; i++) {
    client.send('busy')
    server.send('busy')
    await clock.advance(100)
  }
  assert.equal(server.roundTripMs, 30)
  server.setKeepalive(false)
  assert.equal(server.roundTripMs, 30)
})

test('an unsolicited Pong is sent and ignored [RFC 6455 §5.5.3]', async () => {
  const seen: unknown[] = []
  const { client } = pair({ server: { message: (_socket, message) => void seen.push(message) } })
  assert.equal(client.pong(new Uint8Array([9])), 'sent')
  client.send('x')
  await settle()
  assert.deepEqual(seen, ['x'])
})

test('close without arguments says 1000, for both ends [A17]', async () => {
  const { client, server } = pair({ server: { message() {} } })
  const info = await client.close()
  assert.deepEqual([info.code, info.sent?.code, info.received?.code], [1000, 1000, 1000])
  assert.equal((await server.closed).code, 1000)
  assert.equal(await client.close(3001).then((again) => again.code), 1000)
  assert.equal(client.send('x'), 'closed')
  assert.equal(client.readyState, 'CLOSED')
})

test('a peer that never answers Close is dropped at closeTimeoutMs [CVE-2024-23672]', async () => {
  const { server, clock } = pair({ server: { closeTimeoutMs: 700 }, client: { faults: { dropAfter: 0 } } })
  const closed = server.close(1001)
  await clock.advance(650)
  assert.equal(server.readyState, 'CLOSING')
  await clock.advance(1000)
  const info = await closed
  assert.equal(info.code, 1006)
  assert.equal(info.error?.fault, 'timeout')
})

test('terminate drops the transport: the peer sees 1006, this end that the application did it', async () => {
  const { client, server } = pair({ server: { message() {} }, client: { message() {} } })
  client.terminate()
  const info = await client.closed
  assert.deepEqual([info.code, info.wasClean, info.initiator, info.error?.fault], [1006, false, 'local', 'application'])
  assert.equal((await server.closed).code, 1006)
})

test('pause stops delivery, and resume continues where it stopped', async () => {
  const seen: unknown[] = []
  const { client, server } = pair({
    server: {
      message(socket, message) {
        seen.push(message)
        if (message === 'b') socket.pause()
      },
    },
  })
  for (const message of ['a', 'b', 'c']) client.send(message)
  await settle()
  assert.deepEqual(seen, ['a', 'b'])
  server.resume()
  await settle()
  assert.deepEqual(seen, ['a', 'b', 'c'])
})

test('keepalive does not end a peer that takes a large message slowly [§5.5.2]', async () => {
  const { client, server, clock } = pair({ capacity: 1000, client: { limits: { receiveBuffer: 50_000 } } })
  for (let i = 0; i < 30; i++) server.send(big)
  for (let i = 0; i < 30; i++) {
    await clock.advance(15_000)
    assert.equal(await client.receive(), big)
  }
  assert.deepEqual([server.readyState, client.readyState], ['OPEN', 'OPEN'])
})

const silent = { message: () => undefined }

test('a dead peer and an idle connection end differently: 1006 with the error of keepalive, and a clean 1001 with a reason [RFC 6455 §7.4.1]', async () => {
  const idle = pair({ server: { ...silent, idleTimeoutMs: 60_000 }, client: silent })
  await idle.clock.advance(59_900)
  assert.equal(idle.server.readyState, 'OPEN', 'Pings and Pongs were answered meanwhile')
  await idle.clock.advance(200)
  const ended = await idle.server.closed
  assert.deepEqual([ended.wasClean, ended.initiator, ended.error], [true, 'local', undefined])
  assert.deepEqual(ended.sent, { code: 1001, reason: 'idle: no message for 60000 ms' })
  assert.deepEqual((await idle.client.closed).received, ended.sent)

  const dead = pair({ server: { ...silent, idleTimeoutMs: 60_000 }, client: { ...silent, keepalive: false, faults: { dropAfter: 0 } } })
  await dead.clock.advance(59_000)
  const lost = await dead.server.closed
  assert.deepEqual([lost.code, lost.wasClean, lost.error?.fault, lost.error?.closeCode], [1006, false, 'timeout', 1011])
  assert.match(lost.error?.message ?? '', /no data for \d+ ms, including no Pong/)
})

test('idleTimeoutMs: messages of either end keep a connection, and Pings do not', async () => {
  for (const from of ['server', 'client'] as const) {
    const ends = pair({ server: { ...silent, idleTimeoutMs: 1_000 }, client: silent })
    for (let i = 0; i < 10; i++) {
      ends[from].send('x')
      await ends.clock.advance(900)
    }
    assert.equal(ends.server.readyState, 'OPEN', from)
    for (let i = 0; i < 3; i++) {
      void ends.client.ping()
      await ends.clock.advance(500)
    }
    assert.equal((await ends.server.closed).sent?.code, 1001)
  }
})

test('setKeepalive changes keepalive of one connection from now on', async () => {
  const cut = { ...silent, keepalive: false, faults: { dropAfter: 0 } } as const
  const off = pair({ server: { ...silent, keepalive: { intervalMs: 100, timeoutMs: 100 } }, client: cut })
  off.server.setKeepalive(false)
  await off.clock.advance(60_000)
  assert.equal(off.server.readyState, 'OPEN')
  off.server.setKeepalive({ intervalMs: 100, timeoutMs: 100 })
  await off.clock.advance(2_000)
  assert.equal((await off.server.closed).error?.fault, 'timeout')

  const on = pair({ server: { ...silent, keepalive: false }, client: cut })
  await on.clock.advance(60_000)
  on.server.setKeepalive({ intervalMs: 100, timeoutMs: 100 })
  await on.clock.advance(2_000)
  assert.equal((await on.server.closed).error?.fault, 'timeout')
  on.server.setKeepalive(false)
  assert.throws(() => on.server.setKeepalive({ intervalMs: 0 }), { name: 'OptionError', option: 'keepalive.intervalMs' })
})
