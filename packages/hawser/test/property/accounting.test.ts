/** Whatever is buffered anywhere is counted with what holding it costs: the counted bytes are held against the memory of the process. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import process from 'node:process'
import { pair, settle } from '../../src/testing/index.ts'
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
