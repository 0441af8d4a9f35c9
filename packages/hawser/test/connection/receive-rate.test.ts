import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'
import { pair, settle } from '../../src/testing/index.ts'
import type { ManualClock } from '../../src/testing/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

test('limits.messagesPerSecond: one second of messages at once, then as many as the rate; none is lost and nothing is closed', async () => {
  const received: unknown[] = []
  const { client, server, clock } = pair({
    server: { message: (_socket, message) => void received.push(message), limits: { messagesPerSecond: 10 } },
    client: { message() {} },
  })
  for (let i = 0; i < 50; i++) client.send(String(i))
  await clock.advance(0)
  assert.equal(received.length, 10)
  await clock.advance(1_000)
  assert.ok(received.length >= 19 && received.length <= 20, String(received.length))
  await clock.advance(10_000)
  assert.deepEqual(
    received,
    Array.from({ length: 50 }, (_, index) => String(index)),
  )
  // One second of silence makes room for as many at once.
  for (let i = 0; i < 10; i++) client.send('x')
  await clock.advance(0)
  assert.deepEqual([received.length, server.readyState], [60, 'OPEN'])
})

test('limits.bytesPerSecond counts the bytes of unfinished messages and frame headers, and the peer feels backpressure', async () => {
  let bytes = 0
  const { client, server, clock } = pair({
    server: { message: (_socket, message) => void (bytes += (message as Uint8Array).length), limits: { bytesPerSecond: 10_000 } },
    client: { message() {} },
    capacity: 1_000,
  })
  // Ten pieces of one message and ten messages.
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 10; i++) yield new Uint8Array(1_000)
  }
  void client.sendStream(pieces())
  for (let i = 0; i < 20; i++) {
    await settle()
    client.send(new Uint8Array(1_000))
  }
  await settle()
  assert.equal(bytes, 0, 'the headers of ten fragments count, so the message is not complete')
  assert.ok(client.bufferedAmount > 15_000, 'the peer was not slowed down')
  await clock.advance(500)
  assert.equal(bytes, 30_000, 'what one read brought is used')
  client.send(new Uint8Array(1))
  await clock.advance(1_400)
  assert.equal(bytes, 30_000, 'and has to be made up for')
  await clock.advance(1_000)
  assert.deepEqual([bytes, server.readyState], [30_001, 'OPEN'])
})

test('a peer that is paused by the rate is not taken for dead, and its Pings are answered afterwards', async () => {
  let count = 0
  const { client, server, clock } = pair({
    server: { message: () => void count++, limits: { messagesPerSecond: 1 }, keepalive: { intervalMs: 50, timeoutMs: 50 } },
    client: { message() {}, keepalive: false },
  })
  for (let i = 0; i < 5; i++) client.send('x')
  const pong = client.ping()
  await clock.advance(8_000)
  assert.deepEqual([count, server.readyState], [5, 'OPEN'])
  await pong
})

test('tooFast: close ends a connection beyond a limit with 1008, and delivers what came before', async () => {
  for (const [limit, value, what] of [
    ['messagesPerSecond', 3, 'messages'],
    ['bytesPerSecond', 500, 'bytes'],
  ] as const) {
    const received: unknown[] = []
    const { client, server, clock } = pair({
      server: { message: (_socket, message) => void received.push(message), limits: { [limit]: value }, tooFast: 'close' },
      client: { message() {} },
    })
    for (let i = 0; i < 3; i++) client.send('y')
    await clock.advance(100)
    for (let i = 0; i < 3; i++) client.send('y'.repeat(200))
    await clock.advance(1_500)
    const info = await server.closed
    assert.deepEqual([info.sent?.code, info.error?.fault, info.error?.rule?.section], [1008, 'peer', '10.4'])
    assert.match(info.error?.message ?? '', new RegExp(`more than ${value} ${what} in a second \\(limits\\.${limit}\\)`))
    assert.deepEqual(received, ['y', 'y', 'y'])
  }
})

test('a connection that the rate has paused closes without waiting for the rate, at either end', async () => {
  for (const end of ['server', 'client'] as const) {
    const ends = pair({ server: { message() {}, limits: { messagesPerSecond: 1 } }, client: { message() {} } })
    for (let i = 0; i < 5; i++) ends.client.send('x')
    await ends.clock.advance(0)
    const closed = ends[end].close()
    await ends.clock.advance(6_000)
    assert.equal((await closed).wasClean, true, end)
  }
})

test('limits.messagesPerSecond: a burst with the opening handshake counts over real sockets, and pause and resume of the application still work', async (t) => {
  let count = 0
  const server = await serveFor(t, {
    limits: { messagesPerSecond: 20 },
    message: (socket) => {
      count++
      socket.pause()
      setImmediate(() => socket.resume())
    },
  })
  const client = await server.client()
  const started = performance.now()
  client.write(openingRequest(), ...Array.from({ length: 30 }, () => clientFrame(1, 'x')), clientFrame(8))
  assert.equal((await client.response()).status, 101)
  await client.closeFrame()
  assert.equal(count, 30)
  assert.ok(performance.now() - started >= 400, 'thirty messages at twenty a second came in less than half a second')
})

/** A message of 64 KiB that takes about 80 bytes. */
const large = 'a'.repeat(1 << 16)
/** On the manual clock nothing may take a thread of its own. */
const deflate = permessageDeflate({ asyncAbove: 1 << 30 })

/** Large messages wait for further turns of the event loop, in which the clock does not move. */
async function advance(clock: ManualClock, ms: number): Promise<void> {
  for (let step = 0; step < 40; step++) {
    await clock.advance(ms / 40)
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  }
}

test('limits.expandedPerSecond: many small messages that become large ones are delivered at that rate, and none is lost', async () => {
  let count = 0
  const { client, server, clock } = pair({
    server: { message: () => void count++, limits: { expandedPerSecond: 4 << 16 }, keepalive: { intervalMs: 500, timeoutMs: 500 } },
    client: { message() {}, keepalive: false },
    extensions: [deflate],
  })
  for (let i = 0; i < 40; i++) client.send(large)
  await advance(clock, 0)
  assert.ok(count >= 4 && count <= 6, `${count} at once`)
  await advance(clock, 4_000)
  assert.ok(count >= 18 && count <= 22, `${count} after four seconds`)
  await advance(clock, 10_000)
  assert.deepEqual([count, server.readyState], [40, 'OPEN'])
})

test('limits.expandedPerSecond: JSON that compresses well, plain messages, and connections without an extension do not count', async () => {
  const rows = JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, type: 'row', value: id % 7, active: true, comment: null })))
  for (const [extensions, message] of [
    [[deflate], rows],
    [[permessageDeflate({ threshold: 10_000_000 })], large],
    [[], large],
  ] as const) {
    let count = 0
    const { client, clock } = pair({
      server: { message: () => void count++, limits: { expandedPerSecond: 1 } },
      client: { message() {} },
      extensions,
    })
    for (let i = 0; i < 20; i++) client.send(message)
    await advance(clock, 0)
    assert.equal(count, 20)
  }
})

test('limits.expandedPerSecond: one message may exceed it; with tooFast: close the next one that grows too much closes with 1008', async () => {
  const received: number[] = []
  const { client, server, clock } = pair({
    server: { message: (_socket, message) => void received.push((message as string).length), limits: { expandedPerSecond: 1_000 }, tooFast: 'close' },
    client: { message() {} },
    extensions: [deflate],
  })
  client.send(large)
  client.send('small')
  await clock.advance(10)
  assert.equal(server.readyState, 'OPEN')
  client.send(large)
  await clock.advance(1_500)
  const info = await server.closed
  assert.deepEqual([info.sent?.code, received], [1008, [1 << 16, 5]])
  assert.match(info.error?.message ?? '', /more than 1000 bytes of expansion in a second \(limits\.expandedPerSecond\)/)
})

test('limits.expandedPerSecond is on by default: over a real socket a flood of 1 KiB that becomes 1 MiB each is read at 16 MiB a second', async (t) => {
  let count = 0
  const server = await serveFor(t, { extensions: [permessageDeflate()], message: () => void count++ })
  const client = await server.client()
  const frame = clientFrame(1, deflateRawSync(Buffer.alloc(1 << 20)), { rsv: 0x40 })
  client.write(openingRequest('/', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }))
  assert.equal((await client.response()).status, 101)
  const started = performance.now()
  client.write(...Array.from({ length: 30 }, () => frame), clientFrame(8))
  await client.closeFrame()
  assert.equal(count, 30)
  assert.ok(performance.now() - started >= 700, 'thirty messages of 1 MiB at 16 MiB a second came in less than 0.7 seconds')
})
