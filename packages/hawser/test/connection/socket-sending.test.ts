import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageError, OptionError } from '../../src/core/errors.ts'
import { text } from '../../src/core/subprotocols/index.ts'
import { pair, settle } from '../../src/testing/index.ts'

const big = 'x'.repeat(40_000)

/** Makes a peer whose `limits.receiveBuffer` is 0 read no more: one message waits there, and nobody takes it. */
async function stopReading(sender: { send(message: string): unknown }): Promise<void> {
  sender.send('waits')
  await settle()
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

test('bufferedAmount of a CLOSED socket counts the bytes that never left', async () => {
  const { client, server } = pair({ capacity: 1000, server: { limits: { receiveBuffer: 0 } } })
  await stopReading(client)
  client.send(big)
  await settle()
  client.send(big)
  await settle()
  server.terminate()
  await client.closed
  assert.equal(client.bufferedAmount, 40_008, 'the message that waited behind another, with its header')
  await client.drained
})

test('slowConsumer close: a peer that never reads is failed with 1013 when limits.sendBuffer is reached [CVE-2020-35896]', async () => {
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

test('slowConsumer drop: messages that do not fit are dropped, and the connection stays open', async () => {
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

for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 1.5, Number.NaN, '1000']) {
  test(`close refuses the code ${String(code)}, which must not be sent [RFC 6455 §7.4]`, () => {
    assert.throws(
      () => pair().client.close(code as number),
      (error: OptionError) => error instanceof OptionError && error.option === 'code',
    )
  })
}

test('close refuses a reason above 123 bytes of UTF-8 [RFC 6455 §5.5]', async () => {
  const { client } = pair({ server: { message() {} } })
  assert.throws(
    () => client.close(1000, 'é'.repeat(62)),
    (error: OptionError) => error instanceof OptionError && error.option === 'reason',
  )
  assert.throws(() => client.close(1000, 7 as never), OptionError)
  assert.equal((await client.close(1000, 'é'.repeat(61))).code, 1000)
})

test('a number or another object is refused as payload and as reason, and no memory is sent for it [CVE-2016-10518, CVE-2026-45736]', async () => {
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
