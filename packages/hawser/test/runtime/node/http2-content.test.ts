import assert from 'node:assert/strict'
import type { Http2Stream } from 'node:http2'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { countContent } from '../../../src/runtime/node/http2-content.ts'

test('content is counted when it arrives, whether it is read or not, and dropped once the session is over', async () => {
  const stream = new Readable({ read: () => undefined })
  const seen: number[] = []
  const counter = { isOver: false, contentRead: (bytes: number) => void seen.push(bytes) }
  countContent(stream as unknown as Http2Stream, counter)
  stream.push(new Uint8Array(3))
  stream.push(new Uint8Array(7))
  assert.deepEqual(seen, [3, 7])
  assert.equal(stream.readableLength, 10)
  counter.isOver = true
  assert.equal(stream.push(new Uint8Array(5)), true)
  stream.push(null)
  assert.equal(Buffer.concat(await stream.toArray()).length, 10)
  assert.deepEqual(seen, [3, 7])
})

test('content that waits in the stream is counted piece by piece, and as one piece where the pieces cannot be seen', () => {
  const seen: number[] = []
  const counter = { isOver: false, contentRead: (bytes: number) => void seen.push(bytes) }
  const stream = new Readable({ read: () => undefined })
  for (const bytes of [1, 2, 30]) stream.push(new Uint8Array(bytes))
  countContent(stream as unknown as Http2Stream, counter)
  assert.deepEqual(seen.splice(0), [1, 2, 30])
  Object.defineProperty(stream, 'readableBuffer', { value: undefined })
  countContent(stream as unknown as Http2Stream, counter)
  assert.deepEqual(seen, [33])
})
