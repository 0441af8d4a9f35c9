import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { leave, piecesOf } from '../../src/connection/stream-source.ts'
import { pair, settle } from '../../src/testing/index.ts'

async function collect(source: unknown): Promise<unknown[]> {
  const pieces = piecesOf(source)
  const all: unknown[] = []
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) all.push(next.value)
  return all
}

test('iterables, ReadableStreams, Readables of Node and Blobs are sources of pieces', async () => {
  assert.deepEqual(await collect(['a', 'b']), ['a', 'b'])
  assert.deepEqual(await collect(Readable.from(['a', 'b'])), ['a', 'b'])
  assert.deepEqual(await collect(ReadableStream.from(['a', 'b'])), ['a', 'b'])
  assert.equal(Buffer.concat((await collect(new Blob(['ab', 'c']))) as Uint8Array[]).toString(), 'abc')
})

test('a ReadableStream that cannot be iterated is read, and cancelled when it is left', async () => {
  const log: unknown[] = []
  const source = {
    getReader: () => ({
      read: async () => (log.length < 2 ? { done: false, value: log.push('read') } : { done: true, value: undefined }),
      cancel: async () => log.push('cancel'),
    }),
  }
  assert.deepEqual(await collect(source), [1, 2])
  leave(piecesOf(source))
  assert.deepEqual(log, ['read', 'read', 'cancel'])
})

test('what is no source is refused', () => {
  for (const source of [undefined, null, 5, 'text', {}, { size: 5 }]) assert.throws(() => piecesOf(source), TypeError)
})

test('an iterator that fails when it is left does no harm', async () => {
  leave({ next: () => assert.fail(), return: () => Promise.reject(new Error('mine')) })
  leave({
    next: () => assert.fail(),
    return() {
      throw new Error('mine')
    },
  })
  await settle()
})

test('sendStream takes each of them, and a streamed message sends itself back', async () => {
  const { client } = pair({
    client: { limits: { message: 1e6 } },
    server: { stream: (socket, message) => socket.sendStream(message) },
  })
  const sources: [Parameters<typeof client.sendStream>[0], string | Uint8Array][] = [
    [Readable.from(['grü', 'ße']), 'grüße'],
    [ReadableStream.from([new Uint8Array([1]), new Uint8Array([2])]), new Uint8Array([1, 2])],
    [new Blob(['abc']), new Uint8Array([97, 98, 99])],
  ]
  for (const [source, expected] of sources) {
    assert.equal(await client.sendStream(source), 'sent')
    assert.deepEqual(await client.receive(), expected)
  }
  await client.close()
})
