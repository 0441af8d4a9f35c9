import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocketError } from '../../src/index.ts'
import { echoUrl } from './echo-server.ts'
import { closeFrame, closeThenRead, failureOf, handshakenUrl, openStream } from './stream-server.ts'

/**
 * The cases of websockets/stream/tentative/write.any.js, without the two whose assertion is that a garbage collection crashes nothing.
 */

test('a write that was incomplete at close time rejects, and errors the stream with the same object [WPT stream/write]', async (t) => {
  const goodbye = 'Goodbye'
  const size = 8 * 1024 * 1024
  const url = await handshakenUrl(t, async (connection) => {
    const begun = await connection.afterHead(6 + goodbye.length)
    closeThenRead(connection, closeFrame(1000), 6 + goodbye.length + size + 14 + 6 - begun.length)
  })
  const { stream, writable } = await openStream(t, url, { extensions: [] })
  const writer = writable.getWriter()
  const first = writer.write(goodbye)
  const big = writer.write(new Uint8Array(size))
  await first
  assert.equal((await failureOf(stream.closed)).constructor, WebSocketError)
  const error = await failureOf(big)
  assert.equal(error.name, 'InvalidStateError')
  assert.equal(await failureOf(writer.write('word')), error)
})

const shared = (): Uint8Array => new Uint8Array(new SharedArrayBuffer(1))
const refused: [name: string, make: () => unknown][] = [
  ['a value that cannot be stringified', () => ({ toString: () => ({}), valueOf: () => ({}) })],
  ['a resizable ArrayBuffer', () => Reflect.construct(ArrayBuffer, [1024, { maxByteLength: 65_536 }])],
  ['a view on a shared buffer', shared],
]
for (const [name, make] of refused) {
  test(`writing ${name} is a TypeError [WPT stream/write]`, async (t) => {
    const { writable } = await openStream(t, await echoUrl(t))
    await assert.rejects(writable.getWriter().write(make() as string), TypeError)
  })
}

test('text, views and buffers come back as they were written [WebSockets standard, WebSocketStream]', async (t) => {
  const { readable, writable } = await openStream(t, await echoUrl(t))
  const writer = writable.getWriter()
  const reader = readable.getReader()
  const bytes = Uint8Array.of(1, 2, 3, 4)
  const chunks: [sent: unknown, received: unknown][] = [
    ['\ud807', '\ufffd'],
    ['', ''],
    [12, '12'],
    [bytes.subarray(1, 3), Uint8Array.of(2, 3)],
    [bytes.buffer, bytes],
    [new DataView(bytes.buffer, 3), Uint8Array.of(4)],
    [new Uint8Array(0), new Uint8Array(0)],
  ]
  for (const [sent, received] of chunks) {
    await writer.write(sent as string)
    assert.deepEqual((await reader.read()).value, received)
  }
})

test('bytes may be changed as soon as the write has ended [WebSockets standard, WebSocketStream, write step 4]', async (t) => {
  const { readable, writable } = await openStream(t, await echoUrl(t))
  const writer = writable.getWriter()
  const bytes = new Uint8Array(100_000).fill(7)
  const write = writer.write(bytes)
  await write
  bytes.fill(0)
  assert.ok(((await readable.getReader().read()).value as Uint8Array).every((byte) => byte === 7))
})
