import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorEvent } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'
import { make } from './harness.ts'

test('what is sent keeps its order although a Blob is read asynchronously, and close() goes last', async () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('a')
  made.webSocket.send(new Blob(['bb']))
  made.webSocket.send('ccc')
  made.webSocket.close(1000)
  assert.equal(made.webSocket.bufferedAmount, 6)
  assert.deepEqual(socket.sent, ['a'])
  await socket.closeCalled
  assert.deepEqual(socket.sent, ['a', new Uint8Array([98, 98]), 'ccc'])
  assert.deepEqual(socket.closes, [[1000, '']])
})

test('bufferedAmount counts payload without framing, stays within the task, follows the socket, and keeps what was never sent', () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('äö')
  assert.equal(made.webSocket.bufferedAmount, 4)
  made.nextTask()
  assert.equal(made.webSocket.bufferedAmount, 0)
  socket.growth = 30
  made.webSocket.send(new Uint8Array(20))
  made.nextTask()
  assert.equal(made.webSocket.bufferedAmount, 20)
  socket.bufferedAmount = 5
  assert.equal(made.webSocket.bufferedAmount, 5)
  socket.bufferedAmount = 0
  assert.equal(made.webSocket.bufferedAmount, 0)
  made.webSocket.close()
  made.webSocket.send('abc')
  assert.equal(made.webSocket.bufferedAmount, 3)
  made.handler.closed(FakeSocket.cleanClose)
  made.webSocket.send('de')
  made.nextTask()
  assert.equal(made.webSocket.bufferedAmount, 5)
})

test('a Blob that cannot be read fails the connection with error and close 1006', async () => {
  const made = make()
  const socket = made.open()
  const broken = new Blob(['x'])
  broken.arrayBuffer = () => Promise.reject(new Error('the file is gone'))
  made.webSocket.send(broken)
  made.webSocket.send('behind it')
  let event: ErrorEvent | undefined
  made.webSocket.onerror = (error) => {
    event = error
  }
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(socket.terminated, true)
  assert.deepEqual(socket.sent, [])
  made.handler.closed({ ...FakeSocket.cleanClose, code: 1006, wasClean: false })
  assert.match(event?.message ?? '', /the file is gone/)
  assert.equal(made.webSocket.bufferedAmount, 10)
})

test('what waits behind a Blob when the connection ends is not sent, and stays counted', async () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send(new Blob(['abc']))
  made.webSocket.send('d')
  made.handler.closed(FakeSocket.cleanClose)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(socket.sent, [])
  assert.equal(made.webSocket.bufferedAmount, 4)
})
