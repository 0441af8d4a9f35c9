import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connect } from '../../src/index.ts'
import { inspect } from '../../src/inspect/index.ts'
import { serveFor } from '../peers/test-server.ts'
import { connectionsOf } from './reports.ts'

test('keeps so many connections: the oldest that has ended goes first, then the oldest', async (t) => {
  const server = await serveFor(t, { paths: ['/'] })
  const page = inspect(server, { limits: { connections: 3 } })
  const ids = async (): Promise<number[]> => (await connectionsOf(page)).connections.map(({ id }) => id)
  const first = await connect(server.url)
  await assert.rejects(connect(`${server.url}no`))
  await connect(server.url)
  assert.deepEqual(await ids(), [3, 2, 1])
  await connect(server.url)
  assert.deepEqual(await ids(), [4, 3, 1])
  await connect(server.url)
  assert.deepEqual(await ids(), [5, 4, 3])
  assert.equal((await connectionsOf(page)).dropped, 2)
  // It is no longer shown, and works.
  first.send('x')
  await first.close()
  await assert.rejects(connect(`${server.url}no`))
  assert.deepEqual(await ids(), [6, 5, 4])
})

test('an open connection that is no longer kept holds nothing of what was recorded', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const server = await serveFor(t, { limits: { message: 2 ** 23 }, message: (socket) => void socket.send('ok') })
  const page = inspect(server, { limits: { connections: 1, payload: 2 ** 22, payloads: 2 ** 22 } })
  const sockets: unknown[] = []
  const open = async (): Promise<void> => {
    const socket = await connect(server.url)
    sockets.push(socket)
    for (let sent = 0; sent < 16; sent++) {
      socket.send(new Uint8Array(2 ** 18))
      await socket.receive()
    }
  }
  const used = (): number => {
    for (let round = 0; round < 3; round++) collect()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  await open()
  const before = used()
  for (let count = 0; count < 16; count++) await open()
  // 5.6 MB of base64 each; one of them is kept. Without large strings: those are outside the heap
  const grown = used() - before
  assert.ok(grown < 30_000_000, `${grown} bytes`)
  assert.equal((await connectionsOf(page)).connections.length, 1)
})
