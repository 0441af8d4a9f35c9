import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErrorEvent } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'
import { make } from './harness.ts'

test('messages keep their order although a Blob is read asynchronously, and close() comes last', async () => {
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

test('bufferedAmount counts payload without framing, does not decrease within a task, follows the socket, and keeps bytes never sent', () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('äö')
  assert.equal(made.webSocket.bufferedAmount, 4)
  made.runTasks()
  assert.equal(made.webSocket.bufferedAmount, 0)
  socket.growth = 30
  made.webSocket.send(new Uint8Array(20))
  made.runTasks()
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
  made.runTasks()
  assert.equal(made.webSocket.bufferedAmount, 5)
})

test('bufferedAmount does not count bytes as lost that left in the task in which the connection closed', () => {
  const made = make()
  made.open()
  made.webSocket.send('abc')
  made.handler.closed(FakeSocket.cleanClose)
  assert.equal(made.webSocket.bufferedAmount, 3)
  made.runTasks()
  assert.equal(made.webSocket.bufferedAmount, 0)
})

test('bufferedAmount keeps the bytes that never left when the connection closed, and grows with each further send()', () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('left')
  made.runTasks()
  socket.growth = 30
  made.webSocket.send(new Uint8Array(20))
  socket.bufferedAmount = 12
  made.handler.closed({ ...FakeSocket.cleanClose, code: 1006, wasClean: false })
  socket.bufferedAmount = 0
  made.runTasks()
  assert.equal(made.webSocket.bufferedAmount, 12)
  made.webSocket.send('é')
  made.webSocket.send(new Blob(['abc']))
  made.webSocket.send(new Uint8Array(4))
  made.runTasks()
  assert.equal(made.webSocket.bufferedAmount, 12 + 2 + 3 + 4)
})

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function unreadableBlob(): Blob {
  const blob = new Blob(['x'])
  blob.arrayBuffer = () => Promise.reject(new Error('the file is gone'))
  return blob
}

test('a Blob that cannot be read drops nothing sent before it, and closes the connection with an error event', async () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('before it')
  made.webSocket.send(new Blob(['also before it']))
  made.webSocket.send(unreadableBlob())
  made.webSocket.send('behind it')
  let event: ErrorEvent | undefined
  made.webSocket.onerror = (error) => {
    event = error
  }
  await socket.closeCalled
  assert.deepEqual(
    socket.sent.map((message) => (typeof message === 'string' ? message : Buffer.from(message).toString())),
    ['before it', 'also before it'],
  )
  assert.equal(socket.terminated, false)
  assert.deepEqual(socket.closes, [[1011, 'a Blob could not be read']])
  assert.equal(made.webSocket.readyState, 2)
  made.runTasks()
  made.handler.closed({ ...FakeSocket.cleanClose, code: 1011 })
  made.runTasks()
  assert.match(event?.message ?? '', /the file is gone/)
  assert.deepEqual(made.log, ['open', 'error', 'close'])
  assert.equal(made.webSocket.bufferedAmount, 10, 'the Blob and the message behind it')
})

test('a Blob whose arrayBuffer throws or returns another type cannot be read', async () => {
  const throwing = new Blob(['x'])
  throwing.arrayBuffer = () => {
    throw new Error('not today')
  }
  const odd = new Blob(['x'])
  odd.arrayBuffer = () => Promise.resolve('text' as unknown as ArrayBuffer)
  for (const blob of [throwing, odd]) {
    const made = make()
    const socket = made.open()
    made.webSocket.send(blob)
    await socket.closeCalled
    assert.deepEqual(socket.sent, [])
    assert.equal(socket.closes[0]?.[0], 1011)
  }
})

test('close() waits a limited time for a Blob that is never read', () => {
  const made = make()
  const socket = made.open()
  const endless = new Blob(['x'])
  endless.arrayBuffer = () => new Promise(() => {})
  made.webSocket.send(endless)
  made.webSocket.close(1000)
  assert.deepEqual(socket.closes, [])
  assert.equal(made.timers.size, 1)
  for (const timer of made.timers) timer()
  assert.equal(socket.closes[0]?.[0], 1011)
})

test('messages behind a Blob cost the same however many there are', async () => {
  const original = Array.prototype.shift
  let shifts = 0
  const replace = (shift: typeof original): void => {
    Reflect.defineProperty(Array.prototype, 'shift', { value: shift, configurable: true, writable: true })
  }
  const made = make()
  const socket = made.open()
  replace(function (this: unknown[]) {
    // It moves all elements of the array.
    if (this.length > 100) shifts++
    return original.call(this)
  })
  try {
    made.webSocket.send(new Blob(['first']))
    for (let count = 0; count < 5_000; count++) made.webSocket.send(String(count))
    made.webSocket.close(1000)
    await socket.closeCalled
  } finally {
    replace(original)
  }
  assert.deepEqual([socket.sent.length, ...socket.sent.slice(1, 4), socket.sent[5_000]], [5_001, '0', '1', '2', '4999'])
  assert.equal(shifts, 0)
})

test('what waits behind a Blob when the connection ends is not sent, and stays counted', async () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send(new Blob(['abc']))
  made.webSocket.send('d')
  made.handler.closed(FakeSocket.cleanClose)
  await nextTurn()
  assert.deepEqual(socket.sent, [])
  assert.equal(made.webSocket.bufferedAmount, 4)
})
