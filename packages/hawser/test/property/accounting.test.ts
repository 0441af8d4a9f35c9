/** Whatever is buffered anywhere is counted with what holding it costs: the counted bytes are held against the memory of the process. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import process from 'node:process'
import { connect } from '../../src/index.ts'
import { pair, settle } from '../../src/testing/index.ts'
import { authority, localhost } from '../certificates/index.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function memory(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

for (const [name, message] of [
  ['2 bytes', 'ab'],
  ['no bytes', ''],
  ['100 bytes', 'x'.repeat(100)],
] as const) {
  test(`messages of ${name} to a peer that reads nothing hold at most three times the counted bytes, plus 1 MiB`, async (t) => {
    const server = await serveFor(t, { open() {}, slowConsumer: 'drop-newest', keepalive: false, limits: { sendBuffer: 4_000_000 } })
    const client = await server.client()
    client.write(openingRequest())
    await client.response()
    client.socket.pause()
    const [socket] = [...server.connections]
    assert.ok(socket !== undefined)
    // Fills what the kernel takes, so that the rest is ours.
    while (socket.bufferedAmount < 1_000_000) {
      socket.send('x'.repeat(50_000))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const before = memory()
    const counted = socket.bufferedAmount
    let sent = 0
    for (; sent < 400_000; sent++) {
      if (socket.send(message) === 'dropped') break
      if (sent % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const held = memory() - before
    const more = socket.bufferedAmount - counted
    assert.ok(more >= sent * 2, `${more} bytes counted for ${sent} messages`)
    assert.ok(held < 3 * more + 1_048_576, `${held} bytes held for ${more} counted`)
  })
}

for (const [name, options] of [
  ['TCP', {}],
  ['TLS', { tls: localhost }],
  ['HTTP/2', { tls: localhost, http2: true }],
] as const) {
  test(`over ${name}, each message that waits adds its frame to bufferedAmount, and all of them leave it again`, async (t) => {
    const server = await serveFor(t, { open() {}, keepalive: false, limits: { memory: 1e9 }, ...options })
    const client = await connect(server.url.replace('127.0.0.1', 'localhost'), {
      ...(name === 'TCP' ? {} : { tls: { ca: authority } }),
      ...(name === 'HTTP/2' ? { http: '2' } : {}),
      keepalive: false,
      limits: { receiveBuffer: 0 },
    })
    client.pause()
    const [socket] = [...server.connections]
    assert.ok(socket !== undefined)
    let sent = 0
    let calm = 0
    while (calm < 20) {
      const before: number = socket.bufferedAmount
      if (socket.bufferedAmount < 300_000) {
        socket.send('x'.repeat(50_000))
        sent++
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
      calm = socket.bufferedAmount >= 300_000 && socket.bufferedAmount === before ? calm + 1 : 0
    }
    for (const size of [0, 1, 125, 126, 65_535, 65_536, 300_000]) {
      const before: number = socket.bufferedAmount
      socket.send(new Uint8Array(size))
      sent++
      const header = size < 126 ? 2 : size < 65_536 ? 4 : 10
      assert.equal(socket.bufferedAmount - before, size + header)
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(socket.bufferedAmount - before, size + header)
      assert.ok((server.heldBytes ?? 0) >= socket.bufferedAmount)
    }
    client.resume()
    let received = 0
    for await (const message of client) if (message !== undefined && ++received === sent) break
    await socket.drained
    assert.deepEqual([socket.bufferedAmount, server.heldBytes], [0, 0])
  })
}

test('empty messages behind a streamed one count with their overhead, and limits.sendBuffer bounds them', async () => {
  const { client, server } = pair({ client: { slowConsumer: 'drop-newest', limits: { sendBuffer: 64_000 } }, server: { message() {} } })
  void client.sendStream(
    (async function* () {
      yield 'begun'
      await new Promise(() => undefined)
    })(),
  )
  await settle()
  let sent = 0
  while (sent < 10_000 && client.send('') === 'buffered') sent++
  assert.ok(sent >= 900 && sent <= 1001, `${sent} messages of 64 bytes overhead in 64 000 bytes`)
  client.terminate()
  server.terminate()
})

test('an incomplete message, held input and waiting messages are counted in a received byte each at least', async () => {
  const { client, server } = pair({ capacity: 1000, server: { limits: { receiveBuffer: 50_000 } } })
  for (let i = 0; i < 2000; i++) client.send('')
  for (let i = 0; i < 100; i++) client.send('x'.repeat(1000))
  await settle()
  assert.ok(client.bufferedAmount > 50_000, `the overhead of empty messages stops reading: ${client.bufferedAmount} wait at the sender`)
  server.discard()
  await settle()
  assert.equal(client.bufferedAmount, 0)
})
