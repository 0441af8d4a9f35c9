import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, MessageError, OptionError } from '../../src/core/errors.ts'
import { json, text } from '../../src/core/subprotocols/index.ts'
import { ManualClock, pair, settle } from '../../src/testing/index.ts'
import * as z from 'zod'

const big = 'x'.repeat(40_000)

/** Makes a peer whose `limits.receiveBuffer` is 0 read no more: one message waits there, and nobody takes it. */
async function stopReading(sender: { send(message: string): unknown }): Promise<void> {
  sender.send('waits')
  await settle()
}

test('without anyone who takes messages, reading stops above limits.receiveBuffer until an iterator does', async () => {
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
  test(`a message handler that ${how} is reported and closes with 1011 (RFC 6455 section 7.4.1)`, async () => {
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

test('a message its schema refuses goes to the invalid handler with the path that is wrong, and the connection goes on', async () => {
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

test('a message that cannot be encoded throws at send and nothing is sent', () => {
  const { client } = pair({ subprotocols: { soap: text() } })
  assert.throws(
    () => client.send(5 as never),
    (error: MessageError) => error instanceof MessageError && error.fault === 'application' && error.subprotocol === 'soap',
  )
  assert.throws(() => pair().client.send(5 as never), TypeError)
  assert.equal(client.bufferedAmount, 0)
})

test('send tells buffered above limits.highWaterMark, and drained resolves when all has left', async () => {
  let drained = 0
  const { client, server } = pair({
    capacity: 1000,
    client: { limits: { highWaterMark: 50_000 }, drained: () => void drained++ },
    server: { limits: { receiveBuffer: 0 } },
  })
  await stopReading(client)
  assert.equal(client.send(big), 'sent')
  assert.equal(client.send(big), 'buffered')
  const promise = client.drained
  await settle()
  assert.equal(drained, 0)
  server.discard()
  await promise
  assert.equal(client.bufferedAmount, 0)
  assert.equal(drained, 1)
  await client.drained
})

test('slowConsumer close: a peer that never reads is failed with 1013 when limits.sendBuffer is reached (CVE-2020-35896)', async () => {
  const { client, server, clock } = pair({
    capacity: 1000,
    client: { limits: { receiveBuffer: 0 } },
    server: { limits: { sendBuffer: 200_000 }, closeTimeoutMs: 500 },
  })
  await stopReading(server)
  const results = Array.from({ length: 10 }, () => server.send(big))
  assert.deepEqual(results.slice(0, 4), ['sent', 'buffered', 'buffered', 'buffered'])
  assert.equal(results[5], 'dropped')
  assert.equal(results[9], 'closed')
  assert.ok(server.bufferedAmount <= 250_000)
  await clock.advance(3000)
  const info = await server.closed
  assert.equal(info.sent?.code, 1013)
  assert.equal(info.error?.closeCode, 1013)
  assert.equal((await client.closed).code, 1006)
})

test('slowConsumer drop: what does not fit is dropped and the connection goes on', async () => {
  const { client, server } = pair({ capacity: 1000, server: { limits: { sendBuffer: 100_000 }, slowConsumer: 'drop' } })
  const results = Array.from({ length: 10 }, (_, i) => server.send(`${i}${big}`))
  assert.equal(results.filter((result) => result === 'dropped').length, 8)
  assert.equal(server.readyState, 'OPEN')
  const received: string[] = []
  for await (const message of client) if (received.push(String(message)[0] as string) === 2) break
  assert.deepEqual(received, ['0', '1'])
  await settle()
  assert.equal(server.send('after'), 'sent')
})

test('ping resolves with the round trip, and rejects when the connection ends first (RFC 6455 section 5.5.2)', async () => {
  const clock = new ManualClock()
  const { client, server } = pair({ clock, server: { message() {}, faults: { clock, delayMs: 20 } } })
  const roundTrip = client.ping()
  await clock.advance(100)
  assert.equal(await roundTrip, 20)
  server.pause()
  const never = client.ping(new Uint8Array([1]))
  client.terminate()
  await assert.rejects(never, ConnectionError)
  await assert.rejects(client.ping(), ConnectionError)
  assert.throws(() => client.ping(new Uint8Array(126)), OptionError)
})

test('an unsolicited Pong is sent and ignored (RFC 6455 section 5.5.3)', async () => {
  const seen: unknown[] = []
  const { client } = pair({ server: { message: (_socket, message) => void seen.push(message) } })
  assert.equal(client.pong(new Uint8Array([9])), 'sent')
  client.send('x')
  await settle()
  assert.deepEqual(seen, ['x'])
})

for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1.5, Number.NaN, '1000']) {
  test(`close refuses the code ${String(code)}, which must not be sent (RFC 6455 section 7.4)`, () => {
    assert.throws(
      () => pair().client.close(code as number),
      (error: OptionError) => error instanceof OptionError && error.option === 'code',
    )
  })
}

test('close refuses a reason above 123 bytes of UTF-8 (RFC 6455 section 5.5)', async () => {
  const { client } = pair({ server: { message() {} } })
  assert.throws(
    () => client.close(1000, 'é'.repeat(62)),
    (error: OptionError) => error instanceof OptionError && error.option === 'reason',
  )
  assert.throws(() => client.close(1000, 7 as never), OptionError)
  assert.equal((await client.close(1000, 'é'.repeat(61))).code, 1000)
})

test('a number or any other object is no payload and no reason, and nothing of memory is sent for it (CVE-2016-10518, CVE-2026-45736)', async () => {
  const seen: unknown[] = []
  const { client } = pair({ server: { message: (_socket, message) => void seen.push(message) } })
  for (const wrong of [100, 1e9, true, null, {}, [1], new Float64Array(4), new ArrayBuffer(4)] as never[]) {
    assert.throws(() => client.send(wrong), TypeError)
    assert.throws(() => client.ping(wrong), OptionError)
    assert.throws(() => client.pong(wrong), OptionError)
    assert.throws(() => client.close(1000, wrong), OptionError)
  }
  client.send('whole')
  await settle()
  assert.deepEqual(seen, ['whole'])
})

test('close without arguments says 1000, for both ends (A17)', async () => {
  const { client, server } = pair({ server: { message() {} } })
  const info = await client.close()
  assert.deepEqual([info.code, info.sent?.code, info.received?.code], [1000, 1000, 1000])
  assert.equal((await server.closed).code, 1000)
  assert.equal(await client.close(3001).then((again) => again.code), 1000)
  assert.equal(client.send('x'), 'closed')
  assert.equal(client.readyState, 'CLOSED')
})

test('a peer that never answers Close is dropped at closeTimeoutMs (CVE-2024-23672)', async () => {
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

test('pause stops delivery, resume goes on where it stopped', async () => {
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

test('close() waits for a slow reader while its bytes keep leaving: every accepted message arrives and the end is clean', async () => {
  const { client, server, clock } = pair({ capacity: 1000, client: { limits: { receiveBuffer: 50_000 } } })
  for (let i = 0; i < 240; i++) assert.notEqual(server.send(`${i} ${big}`), 'dropped')
  const closing = server.close(1001, 'drain')
  const received: string[] = []
  while (received.length < 240) {
    await clock.advance(4_000)
    received.push(String(await client.receive()).split(' ')[0] ?? '')
  }
  assert.ok(clock.now() > 900_000)
  assert.deepEqual(
    received,
    Array.from({ length: 240 }, (_, i) => `${i}`),
  )
  assert.equal((await closing).wasClean, true)
})

test('keepalive does not end a peer that takes a large message slowly (section 5.5.2)', async () => {
  const { client, server, clock } = pair({ capacity: 1000, client: { limits: { receiveBuffer: 50_000 } } })
  for (let i = 0; i < 30; i++) server.send(big)
  for (let i = 0; i < 30; i++) {
    await clock.advance(15_000)
    assert.equal(await client.receive(), big)
  }
  assert.deepEqual([server.readyState, client.readyState], ['OPEN', 'OPEN'])
})
