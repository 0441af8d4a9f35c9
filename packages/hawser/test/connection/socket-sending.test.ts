import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageError, OptionError } from '../../src/core/errors.ts'
import { text } from '../../src/core/subprotocols/index.ts'
import type { DropReport } from '../../src/connection/drops.ts'
import type { Extension } from '../../src/core/protocol/index.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { pair, settle } from '../../src/testing/index.ts'
import type { PairEnd } from '../../src/testing/index.ts'

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

test('slowConsumer drop-newest: messages that do not fit are dropped, and the connection stays open', async () => {
  const { client, server } = pair({ capacity: 1000, server: { limits: { sendBuffer: 100_000 }, slowConsumer: 'drop-newest' } })
  const results = Array.from({ length: 10 }, (_, i) => server.send(`${i}${big}`))
  assert.equal(results.filter((result) => result === 'dropped').length, 8)
  assert.equal(server.readyState, 'OPEN')
  const received: string[] = []
  for await (const message of client) if (received.push(String(message)[0] as string) === 2) break
  assert.deepEqual(received, ['0', '1'])
  await settle()
  assert.equal(server.send('after'), 'sent')
})

type Ends = ReturnType<typeof pair>
interface Slow {
  readonly client: Ends['client']
  readonly server: Ends['server']
  readonly received: string[]
}

/** A client with room for `sendBuffer` bytes, whose peer takes nothing until `resume`. */
async function slowPair(options: PairEnd<readonly [], undefined>, extensions: readonly Extension[] = []): Promise<Slow> {
  const received: string[] = []
  const { client, server } = pair({
    capacity: 1000,
    extensions,
    client: { limits: { sendBuffer: 200_000, highWaterMark: 20_000 }, ...options },
    server: { limits: { receiveBuffer: 0 }, message: (_socket, message) => void received.push(String(message).split(' ')[0] as string) },
  })
  server.pause()
  client.send('first')
  await settle()
  return { client, server, received }
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(9_900)}`)

test('slowConsumer wait: every message is taken and arrives, however many wait', async () => {
  const { client, server, received } = await slowPair({ slowConsumer: 'wait' })
  const results = numbered(100).map((message) => client.send(message))
  assert.deepEqual([...new Set(results)], ['sent', 'buffered'])
  assert.ok(client.bufferedAmount > 900_000)
  server.resume()
  await client.drained
  await settle()
  assert.deepEqual(received, ['first', ...numbered(100).map((_, i) => `${i}`)])
  assert.equal(client.droppedMessages, 0)
})

test('slowConsumer wait: beyond limits.sendBuffer nothing is read from the peer, so that its requests wait', async () => {
  let handled = 0
  const { client, server } = pair({
    capacity: 1000,
    client: { limits: { receiveBuffer: 0 } },
    server: {
      slowConsumer: 'wait',
      limits: { sendBuffer: 100_000 },
      message(socket) {
        handled++
        socket.send(big)
      },
    },
  })
  client.pause()
  for (let i = 0; i < 100; i++) {
    client.send(`request ${'x'.repeat(1000)}`)
    await settle()
  }
  assert.ok(handled < 10, `${handled} requests were read`)
  assert.equal(server.readyState, 'OPEN')
  client.discard()
  client.resume()
  while (handled < 100) await settle()
  await server.drained
})

for (const compressed of [false, true]) {
  test(`slowConsumer drop-oldest${compressed ? ' with a compression context' : ''}: the newest messages arrive, whole and in order`, async () => {
    const reports: DropReport[] = []
    const extensions = compressed ? [permessageDeflate({ threshold: 0 })] : []
    const { client, server, received } = await slowPair(
      { slowConsumer: 'drop-oldest', dropped: (_socket, report) => void reports.push(report) },
      extensions,
    )
    const messages = Array.from({ length: 100 }, (_, i) => `${i} ${noise(i)}`)
    const results = messages.map((message) => client.send(message))
    await settle()
    assert.equal(results.at(-1), 'replaced')
    const dropped = client.droppedMessages
    assert.ok(dropped > 70 && dropped < 90, `${dropped} dropped`)
    assert.equal(reports.length, 1)
    assert.equal(reports[0]?.messages, dropped)
    assert.ok((reports[0]?.bytes ?? 0) > dropped * 9_000)
    assert.ok(client.bufferedAmount < 220_000)
    server.resume()
    await client.drained
    while (received.at(-1) !== '99') await new Promise((resolve) => setImmediate(resolve))
    assert.equal(received.length, 101 - dropped)
    assert.deepEqual(received.slice(-5), ['95', '96', '97', '98', '99'])
    assert.equal(received[1], '0', 'a message that has begun to leave is not dropped')
    const numbers = received.slice(1).map(Number)
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    )
    assert.equal(client.send('again'), 'sent')
    assert.equal(server.readyState, 'OPEN')
  })
}

test('slowConsumer drop-oldest: what does not fit even alone is dropped itself, and the others stay', async () => {
  const { client, server, received } = await slowPair({ slowConsumer: 'drop-oldest' })
  for (const message of numbered(10)) client.send(message)
  assert.equal(client.send('x'.repeat(190_000)), 'dropped')
  assert.equal(client.droppedMessages, 1)
  server.resume()
  await client.drained
  await settle()
  assert.equal(received.length, 11)
})

test('slowConsumer coalesce: a message takes the place of the waiting one with its key; those without a key stay', async () => {
  const { client, server, received } = await slowPair({ slowConsumer: 'coalesce' })
  const padding = 'x'.repeat(9_900)
  for (let round = 0; round < 30; round++) {
    client.send(`EUR${round} ${padding}`, { key: 'EUR' })
    client.send(`USD${round} ${padding}`, { key: 'USD' })
    if (round === 20) assert.equal(client.send('command', { immutable: true }), 'buffered')
  }
  assert.equal(client.send(`EUR30 ${padding}`, { key: 'EUR' }), 'replaced')
  assert.ok(client.droppedMessages > 50)
  server.resume()
  await client.drained
  await settle()
  assert.deepEqual(received.slice(-3), ['EUR30', 'USD29', 'command'], 'in the place of the first that waited')
  assert.equal(received.length + client.droppedMessages, 1 + 61 + 1)
})

test('slowConsumer coalesce: when different keys exceed limits.sendBuffer, the connection fails with 1013', async () => {
  const { client } = await slowPair({ slowConsumer: 'coalesce' })
  const results = numbered(30).map((message, i) => client.send(message, { key: i }))
  assert.ok(results.includes('dropped'))
  assert.equal(results.at(-1), 'closed')
  client.terminate()
  assert.equal((await client.closed).error?.closeCode, 1013)
})

test('setSlowConsumer changes one connection, and what waits keeps its order', async () => {
  const { client, server, received } = await slowPair({})
  client.setSlowConsumer('drop-oldest')
  const messages = numbered(40)
  for (const message of messages.slice(0, 30)) client.send(message)
  client.setSlowConsumer('drop-newest')
  assert.equal(client.send(big), 'dropped')
  client.setSlowConsumer('wait')
  for (const message of messages.slice(30)) assert.equal(client.send(message), 'buffered')
  assert.throws(() => client.setSlowConsumer('drop' as never), OptionError)
  assert.throws(() => client.setSlowConsumer(undefined as never), OptionError)
  server.resume()
  await client.drained
  await settle()
  assert.deepEqual(
    received.slice(-10),
    messages.slice(30).map((_, i) => `${30 + i}`),
  )
})

test('close() sends what waits before the Close frame, whichever slowConsumer it waits for', async () => {
  const { client, server, received } = await slowPair({ slowConsumer: 'drop-oldest' })
  for (const message of numbered(15)) client.send(message)
  const closed = client.close(1000, 'done')
  assert.equal(client.send('late'), 'closed')
  server.resume()
  const info = await closed
  assert.equal(info.wasClean, true)
  assert.equal(received.length, 16)
})

test('a streamed message is neither dropped nor interrupted by messages that are', async () => {
  const { client, server, received } = await slowPair({ slowConsumer: 'drop-oldest' })
  for (const message of numbered(10)) client.send(message)
  const streamed = client.sendStream(
    (async function* () {
      for (let i = 0; i < 5; i++) yield `streamed ${big}`
    })(),
  )
  for (const message of numbered(100)) client.send(message)
  server.resume()
  assert.equal(await streamed, 'sent')
  await client.drained
  await settle()
  assert.equal(received.filter((name) => name === 'streamed').length, 1)
  assert.equal(received.at(-1), '99')
})

test('after `buffered`, send tells it until limits.lowWaterMark is reached, and then drained comes', async () => {
  let drained = 0
  const { client, server } = pair({
    capacity: 0,
    client: { limits: { highWaterMark: 100_000, lowWaterMark: 60_000 }, drained: () => void drained++ },
    server: {},
  })
  server.pause()
  const results = Array.from({ length: 4 }, () => client.send(big))
  assert.deepEqual(results, ['sent', 'sent', 'buffered', 'buffered'])
  await settle()
  const promise = client.drained
  server.discard()
  server.resume()
  await promise
  assert.equal(drained, 1)
  assert.equal(client.send('x'), 'sent')
})

test('a dropped handler that sends again does not recurse', async () => {
  let calls = 0
  const { client } = await slowPair({
    slowConsumer: 'drop-newest',
    dropped(socket) {
      if (++calls < 3) for (let i = 0; i < 1000; i++) socket.send(big)
    },
  })
  for (let i = 0; i < 1000; i++) client.send(big)
  await settle()
  assert.equal(calls, 3)
})

/** Text of 9 900 letters that DEFLATE cannot shrink to nothing, and that differs in each message. */
function noise(seed: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < 9_900) text += (state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff).toString(36)
  return text.slice(0, 9_900)
}

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
