import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocketError } from '../../src/index.ts'
import { closeFrame, closeThenRead, failureOf, handshakenUrl, openStream } from './stream-server.ts'

/** The cases of websockets/stream/tentative/remote-close.any.js. */

test('a clean close closes the readable and errors the writable with an InvalidStateError [WPT stream/remote-close]', async (t) => {
  const url = await handshakenUrl(t, ({ socket }) => socket.end(closeFrame(1000)))
  const { stream, readable, writable } = await openStream(t, url)
  assert.deepEqual(await stream.closed, { closeCode: 1000, reason: '' })
  assert.equal((await readable.getReader().read()).done, true)
  assert.equal((await failureOf(writable.getWriter().ready)).name, 'InvalidStateError')
})

const ends: [sent: Buffer, code: number, reason: string, name: string][] = [
  [closeFrame(), 1005, '', 'a Close frame without body'],
  [closeFrame(4000, 'robot'), 4000, 'robot', 'a reason'],
  [closeFrame(4000, 'ロボット'), 4000, 'ロボット', 'a reason beyond ASCII'],
]
for (const [sent, closeCode, reason, name] of ends) {
  test(`${name} is given as ${closeCode} ${JSON.stringify(reason)} [WPT stream/remote-close]`, async (t) => {
    const { stream } = await openStream(t, await handshakenUrl(t, ({ socket }) => socket.end(sent)))
    assert.deepEqual(await stream.closed, { closeCode, reason })
  })
}

test('a close with unwritten data is not clean, and its write rejects [WPT stream/remote-close]', async (t) => {
  const size = 20 * 1024 * 1024
  const url = await handshakenUrl(t, async (connection) => {
    const begun = await connection.afterHead(1)
    closeThenRead(connection, closeFrame(4567), size + 14 + 8 - begun.length)
  })
  const { stream, writable } = await openStream(t, url, { extensions: [] })
  const write = writable.getWriter().write(new Uint8Array(size))
  const error = await failureOf<WebSocketError>(stream.closed)
  assert.deepEqual([error.constructor, error.closeCode], [WebSocketError, 4567])
  await failureOf(write)
})

test('the code and reason of the server are given, not our own [WPT stream/remote-close]', async (t) => {
  const url = await handshakenUrl(t, async ({ afterHead, socket }) => {
    await afterHead(6)
    socket.end(closeFrame(4222, 'remote'))
  })
  const { stream } = await openStream(t, url)
  stream.close({ closeCode: 4111, reason: 'local' })
  assert.deepEqual(await stream.closed, { closeCode: 4222, reason: 'remote' })
})

test('an abrupt end errors both streams and `closed` with the same object [WPT stream/remote-close]', async (t) => {
  const url = await handshakenUrl(t, ({ socket }) => socket.end())
  const { stream, readable, writable } = await openStream(t, url)
  const error = await failureOf<WebSocketError>(stream.closed)
  assert.deepEqual([error.constructor, error.name, error.closeCode], [WebSocketError, 'WebSocketError', 1006])
  assert.equal(await failureOf(readable.getReader().read()), error)
  assert.equal(await failureOf(writable.getWriter().ready), error)
})

test('messages before the Close frame can be read after the end, however late [WebSockets standard, WebSocketStream]', async (t) => {
  const messages = Array.from({ length: 5 }, (_, index) => Buffer.concat([Buffer.from([0x81, 1]), Buffer.from(String(index))]))
  const url = await handshakenUrl(t, ({ socket }) => socket.end(Buffer.concat([...messages, closeFrame(1000)])))
  const { stream, readable } = await openStream(t, url)
  await stream.closed
  const seen: unknown[] = []
  for await (const message of readable) seen.push(message)
  assert.deepEqual(seen, ['0', '1', '2', '3', '4'])
})

test('a peer that vanishes during a write ends it [WebSockets standard, WebSocketStream]', async (t) => {
  const url = await handshakenUrl(t, async ({ afterHead, socket }) => {
    await afterHead(1)
    socket.pause()
    socket.destroy()
    await once(socket, 'close')
  })
  const { stream, writable } = await openStream(t, url, { extensions: [] })
  const write = writable.getWriter().write(new Uint8Array(20 * 1024 * 1024))
  const error = await failureOf<WebSocketError>(stream.closed)
  assert.equal(error.closeCode, 1006)
  assert.equal(await failureOf(write), error)
})
