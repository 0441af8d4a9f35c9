import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EstablishHandler } from '../../src/web/index.ts'
import { StreamSource } from '../../src/web/stream-source.ts'
import { FakeSocket } from './fake-socket.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function make(): { socket: FakeSocket; source: StreamSource; cancelled: unknown[] } {
  const socket = new FakeSocket({} as EstablishHandler)
  const cancelled: unknown[] = []
  const source = new StreamSource(socket, (reason) => cancelled.push(reason))
  source.begin()
  return { socket, cancelled, source }
}

test('reading begins with room for one message, and stops behind each until the stream has room again', async () => {
  const { socket, source } = make()
  assert.equal(socket.paused, true, 'before the stream has pulled')
  await turn()
  assert.equal(socket.paused, false)
  source.message('a')
  await turn()
  assert.equal(socket.paused, true)
  const reader = source.readable.getReader()
  assert.deepEqual(await reader.read(), { done: false, value: 'a' })
  await turn()
  assert.equal(socket.paused, false)
})

test('of two reads that wait, the second goes on after the first message', async () => {
  const { socket, source } = make()
  const reader = source.readable.getReader()
  const reads = [reader.read(), reader.read()]
  await turn()
  source.message('a')
  assert.equal(socket.paused, false)
  source.message('b')
  assert.deepEqual(await Promise.all(reads), [
    { done: false, value: 'a' },
    { done: false, value: 'b' },
  ])
})

test('bytes arrive as a Uint8Array with a buffer of its own, so that it can be transferred', async () => {
  const { source } = make()
  const shared = Uint8Array.of(1, 2, 3, 4)
  source.message(shared.subarray(1, 3))
  const { value } = await source.readable.getReader().read()
  assert.ok(value instanceof Uint8Array)
  assert.deepEqual([...value], [2, 3])
  assert.equal(value.buffer.byteLength, 2)
  structuredClone(value, { transfer: [value.buffer as ArrayBuffer] })
  assert.deepEqual([...shared], [1, 2, 3, 4])
})

test('messages that arrived before the end are delivered at once, and can be read after it', async () => {
  const { socket, source } = make()
  socket.readyState = 'CLOSING'
  for (const message of ['a', 'b', 'c']) source.message(message)
  source.close()
  const seen: unknown[] = []
  for await (const message of source.readable) seen.push(message)
  assert.deepEqual(seen, ['a', 'b', 'c'])
})

test('after cancel nothing is enqueued, closed or errored', async () => {
  const { source, cancelled } = make()
  await source.readable.cancel('why')
  assert.deepEqual(cancelled, ['why'])
  source.message('late')
  source.close()
  source.error(new Error('late'))
})

test('an error reaches the reader', async () => {
  const { source } = make()
  const error = new Error('why')
  source.error(error)
  source.close()
  await assert.rejects(source.readable.getReader().read(), error)
})
