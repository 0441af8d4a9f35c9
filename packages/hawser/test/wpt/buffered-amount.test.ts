import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { switchingProtocols } from '../runtime/node/raw-server.ts'
import { echoUrl, next, openFor, rawUrl } from './echo-server.ts'

const messages: [data: string | ArrayBuffer | Uint8Array | Blob, bytes: number, test: string][] = [
  ['a', 1, 'bufferedAmount/002'],
  ['', 0, 'bufferedAmount/003'],
  ['¥¥¥¥¥¥', 12, 'bufferedAmount-unicode'],
  ['\ud800', 3, 'bufferedAmount-unicode'],
  [new ArrayBuffer(10), 10, 'bufferedAmount-arraybuffer'],
  [new Uint8Array(20).subarray(3, 8), 5, 'bufferedAmount-arraybuffer'],
  [new Blob(['x'.repeat(7)]), 7, 'bufferedAmount-blob'],
  ['x'.repeat(65_000), 65_000, 'bufferedAmount-large'],
]
for (const [index, [data, bytes, from]] of messages.entries()) {
  test(`message ${index} counts ${bytes} bytes at once, and 0 when it came back [WPT ${from}]`, async (t) => {
    const socket = openFor(t, await echoUrl(t))
    await next(socket, 'open')
    assert.equal(socket.bufferedAmount, 0)
    socket.send(data)
    assert.equal(socket.bufferedAmount, bytes)
    socket.send(data)
    assert.equal(socket.bufferedAmount, bytes * 2)
    await next(socket, 'message')
    await next(socket, 'message')
    assert.equal(socket.bufferedAmount, 0)
  })
}

test('a message that was sent before close() counts 0 after it, and messages after close() stay counted [WPT bufferedAmount/004 to 010, send/008, send/009]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  await next(socket, 'open')
  socket.send('sent')
  socket.close()
  socket.send('lost')
  assert.equal(socket.bufferedAmount, 8)
  await next(socket, 'close')
  assert.equal(socket.bufferedAmount, 4)
  socket.send('é')
  socket.send(new Blob(['abc']))
  socket.send(new Uint8Array(2))
  assert.equal(socket.bufferedAmount, 4 + 2 + 3 + 2)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(socket.bufferedAmount, 11)
})

test('messages of a socket that was closed while CONNECTING stay counted [WPT send/005]', async (t) => {
  const socket = openFor(t, await rawUrl(t, () => {}))
  socket.close()
  socket.send('abc')
  await next(socket, 'close')
  assert.equal(socket.bufferedAmount, 3)
})

test('bytes that the peer did not take before it vanished stay counted after close [WebSockets standard §3.1]', async (t) => {
  const url = await rawUrl(t, async ({ head, socket }) => {
    socket.write(switchingProtocols(await head()))
    socket.pause()
    setImmediate(() => vanish?.(() => socket.destroy()))
  })
  let vanish: ((destroy: () => void) => void) | undefined
  const destroyed = new Promise<() => void>((resolve) => {
    vanish = resolve
  })
  const socket = openFor(t, url, { extensions: [] })
  await once(socket, 'open')
  socket.send(new Uint8Array(20_000_000))
  socket.send(new Uint8Array(5))
  assert.equal(socket.bufferedAmount, 20_000_005)
  ;(await destroyed)()
  await once(socket, 'close')
  const lost = socket.bufferedAmount
  assert.ok(lost > 0, 'some of it is lost')
  socket.send('abc')
  assert.equal(socket.bufferedAmount, lost + 3)
})
