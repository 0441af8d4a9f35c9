import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EstablishHandler } from '../../src/web/index.ts'
import { StreamSink } from '../../src/web/stream-sink.ts'
import { FakeSocket } from './fake-socket.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Made {
  readonly socket: FakeSocket
  readonly sink: StreamSink
  readonly writer: WritableStreamDefaultWriter
  readonly calls: unknown[]
  readonly owner: { isClosing: boolean }
}

function make(growth = 0): Made {
  const socket = new FakeSocket({} as EstablishHandler)
  socket.growth = growth
  const calls: unknown[] = []
  const owner = { isClosing: false, close: () => calls.push('close'), abort: (reason: unknown) => calls.push(['abort', reason]) }
  const sink = new StreamSink(socket, owner)
  return { socket, sink, writer: sink.writable.getWriter(), calls, owner }
}

async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false
  const note = (): void => {
    done = true
  }
  promise.then(note, note)
  await turn()
  return done
}

test('a write ends when the transport has taken the message, and `ready` with it', async () => {
  const { socket, writer } = make(10)
  await turn()
  const first = writer.write('a')
  assert.equal(writer.desiredSize, 0)
  const second = writer.write(Uint8Array.of(1))
  assert.equal(await settled(first), false)
  assert.deepEqual(socket.sent, ['a'], 'the second waits')
  socket.drain()
  await first
  await turn()
  assert.deepEqual(socket.sent, ['a', Uint8Array.of(1)])
  socket.drain()
  await second
  await writer.ready
})

test('a message that leaves at once ends its write at once', async () => {
  const { writer } = make()
  await writer.write('a')
  assert.equal(writer.desiredSize, 1)
})

test('chunks are converted: views and buffers are binary, anything else is text, and what is neither errors the stream', async () => {
  const { socket, writer } = make()
  for (const chunk of ['\ud800', 1, null, Uint8Array.of(1, 2).subarray(1), new ArrayBuffer(1), new DataView(new ArrayBuffer(2))])
    await writer.write(chunk)
  assert.deepEqual(socket.sent, ['\ufffd', '1', 'null', Uint8Array.of(2), Uint8Array.of(0), Uint8Array.of(0, 0)])
  await assert.rejects(writer.write(Symbol('x')), TypeError)
  await assert.rejects(writer.ready, TypeError)
})

test('a message that has not left when the connection ends is unwritten, and its write rejects with what errors the stream', async () => {
  const { socket, sink, writer } = make(10)
  await turn()
  const write = writer.write('a')
  await turn()
  assert.equal(sink.hasUnwritten, true)
  socket.readyState = 'CLOSED'
  const error = new Error('why')
  sink.end(error, error)
  await assert.rejects(write, error)
  await assert.rejects(writer.write('b'), error)
})

test('a message that leaves after the peer began to close is unwritten, one before our own Close frame is written', async () => {
  const peer = make(10)
  await turn()
  const lost = peer.writer.write('a')
  await turn()
  peer.socket.readyState = 'CLOSING'
  peer.socket.drain()
  assert.equal(await settled(lost), false)
  assert.equal(peer.sink.hasUnwritten, true)
  peer.sink.end(new Error('why'), undefined)
  await assert.rejects(lost, /why/)

  const own = make(10)
  await turn()
  const written = own.writer.write('a')
  await turn()
  own.owner.isClosing = true
  own.socket.readyState = 'CLOSING'
  own.socket.drain()
  await written
  assert.equal(own.sink.hasUnwritten, false)
})

test('a message that is sent in the last moment is written although `drained` comes after the end', async () => {
  const { socket, sink, writer, owner } = make(10)
  await turn()
  const write = writer.write('a')
  await turn()
  owner.isClosing = true
  socket.bufferedAmount = 0
  socket.readyState = 'CLOSED'
  sink.end(new Error('why'), undefined)
  await write
})

test('over a platform that sends nothing after the peer’s Close frame, what has left by the end is written', async () => {
  for (const left of [true, false]) {
    const { socket, sink, writer } = make(10)
    Object.assign(socket, { isSilentAfterClose: true })
    await turn()
    const write = writer.write('a')
    await turn()
    if (left) socket.bufferedAmount = 0
    socket.readyState = 'CLOSED'
    assert.equal(sink.hasUnwritten, !left)
    sink.end(new Error('why'), undefined)
    if (left) await write
    else await assert.rejects(write, /why/)
  }
})

test('a write behind the Close frame never counts as written', async () => {
  const { socket, sink, writer } = make()
  socket.result = 'closed'
  await turn()
  const write = writer.write('a')
  assert.equal(await settled(write), false)
  assert.equal(sink.hasUnwritten, false)
  sink.end(new Error('why'), undefined)
  await assert.rejects(write, /why/)
})

test('close() of the stream ends with the connection, and rejects where that ends uncleanly', async () => {
  const clean = make()
  const closed = clean.writer.close()
  assert.equal(await settled(closed), false)
  assert.deepEqual(clean.calls, ['close'])
  clean.sink.end(new Error('unused'), undefined)
  await closed
  await clean.writer.closed

  const unclean = make()
  const failed = unclean.writer.close()
  await turn()
  const error = new Error('why')
  unclean.sink.end(error, error)
  await assert.rejects(failed, error)
})

test('abort closes at once, although a write waits for a peer that does not read', async () => {
  const { socket, sink, writer, calls } = make(10)
  await turn()
  const write = writer.write('a')
  await turn()
  const aborted = writer.abort('why')
  assert.deepEqual(calls, [['abort', 'why']])
  assert.equal(await settled(aborted), false)
  socket.readyState = 'CLOSED'
  const error = new Error('ended')
  sink.end(error, error)
  await assert.rejects(write, error)
  await aborted
})

test('a message that the slowConsumer of the application drops ends its write', async () => {
  const { socket, writer } = make(10)
  socket.result = 'dropped'
  await writer.write('a')
  assert.equal(writer.desiredSize, 1)
})
