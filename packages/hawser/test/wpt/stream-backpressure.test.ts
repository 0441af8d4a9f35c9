import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { permessageDeflate } from '../../src/index.ts'
import type { Extension } from '../../src/index.ts'
import { serveFor } from '../peers/test-server.ts'
import { handshakenUrl, idle, openStream } from './stream-server.ts'

/**
 * The cases of websockets/stream/tentative/backpressure-receive.any.js and backpressure-send.any.js. They measure that sending takes two seconds where the
 * other end does not read for two seconds; these count what the sender could send meanwhile.
 */

const size = 256 * 1024
const count = 200
const compressions: [name: string, extensions: readonly Extension[], count: number][] = [
  ['plain', [], 200],
  ['compressed', [permessageDeflate()], 80],
]

for (const [name, extensions, count] of compressions) {
  test(`a reader that does not read stops the server, which goes on as it reads, ${name} [WPT stream/backpressure-receive]`, async (t) => {
    let sent = 0
    const server = await serveFor(t, {
      port: 0,
      extensions: [...extensions],
      async open(socket) {
        socket.send('')
        const message = randomBytes(size)
        while (sent < count && socket.send(message) !== 'closed') {
          sent++
          await socket.drained
        }
      },
    })
    const { readable } = await openStream(t, server.url, { extensions })
    await idle(() => sent)
    assert.ok(sent < count * 0.75, `${sent} of ${count} messages were sent`)
    const reader = readable.getReader()
    assert.equal((await reader.read()).value, '')
    for (let read = 1; read <= count; read++) {
      assert.equal(((await reader.read()).value as Uint8Array).byteLength, size)
      assert.ok(sent - read < count * 0.75, `${sent} messages were sent when ${read} were read`)
    }
    assert.equal(sent, count)
  })
}

test('a server that does not read holds back the writes, which go on as it reads [WPT stream/backpressure-send]', async (t) => {
  let begin!: () => void
  let received = 0
  const url = await handshakenUrl(t, ({ socket }) => {
    socket.removeAllListeners('data')
    socket.pause()
    begin = () => socket.on('data', (chunk) => (received += chunk.length)).resume()
  })
  const { writable } = await openStream(t, url, { extensions: [] })
  const writer = writable.getWriter()
  let written = 0
  const writing = (async () => {
    for (; written < count; written++) {
      await writer.ready
      await writer.write(new Uint8Array(size))
    }
  })()
  await idle(() => written)
  assert.ok(written < count / 2, `${written} of ${count} messages were written`)
  assert.equal(writer.desiredSize, 0)
  begin()
  await writing
  await idle(() => received)
  assert.ok(received > count * size)
})

test('one message of 8 MB is written when the server has begun to read [WPT stream/backpressure-send]', async (t) => {
  let begin!: () => void
  const url = await handshakenUrl(t, ({ socket }) => {
    socket.pause()
    begin = () => socket.resume()
  })
  const { writable } = await openStream(t, url, { extensions: [] })
  let written = 0
  const write = writable
    .getWriter()
    .write(new Uint8Array(8 * 1024 * 1024))
    .then(() => written++)
  await idle(() => written)
  assert.equal(written, 0)
  begin()
  await write
})
