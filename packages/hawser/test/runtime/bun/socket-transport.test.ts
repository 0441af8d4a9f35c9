import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BunSocketTransport } from '../../../src/runtime/bun/socket-transport.ts'
import { SocketDouble } from './socket-double.ts'

interface Connected {
  readonly socket: SocketDouble
  readonly transport: BunSocketTransport
  readonly log: string[]
  onData: () => void
}

function connected(): Connected {
  const socket = new SocketDouble()
  const log: string[] = []
  const transport = new BunSocketTransport(socket, () => void log.push('gone'))
  const all: Connected = { socket, transport, log, onData: () => undefined }
  transport.attach({
    data(chunk) {
      log.push(`data ${[...chunk].join()}`)
      all.onData()
    },
    end: () => void log.push('end'),
    drained: () => void log.push('drained'),
    closed: (error) => void log.push(error === undefined ? 'closed' : `closed: ${error.message}`),
  })
  return all
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a write that the kernel takes whole leaves nothing, and several segments are one write', () => {
  const { socket, transport, log } = connected()
  assert.equal(transport.write([Uint8Array.of(1, 2)]), true)
  assert.equal(transport.write([Uint8Array.of(3), Uint8Array.of(4, 5)]), true)
  assert.deepEqual([socket.sent, transport.bufferedBytes, log], [[1, 2, 3, 4, 5], 0, []])
})

test('what the kernel does not take waits in order, and drained comes once, when all of it has left', () => {
  const { socket, transport, log } = connected()
  socket.room = 2
  assert.equal(transport.write([Uint8Array.of(1), Uint8Array.of(2, 3)]), false)
  assert.equal(transport.write([Uint8Array.of(4, 5)]), false)
  assert.equal(transport.bufferedBytes, 3)
  socket.drain(2)
  assert.deepEqual([socket.sent, transport.bufferedBytes, log], [[1, 2, 3, 4], 1, []])
  socket.drain(0)
  assert.deepEqual([transport.bufferedBytes, log], [1, []])
  socket.drain(10)
  assert.deepEqual([socket.sent, transport.bufferedBytes, log], [[1, 2, 3, 4, 5], 0, ['drained']])
  socket.drain(10)
  assert.deepEqual(log, ['drained'])
})

test('end sends FIN behind the bytes that wait, later writes are dropped, and a second end has no effect', () => {
  const { socket, transport } = connected()
  socket.room = 1
  transport.write([Uint8Array.of(1, 2)])
  transport.end()
  transport.end()
  assert.deepEqual(socket.calls, [])
  assert.equal(transport.write([Uint8Array.of(3)]), true)
  socket.drain(10)
  assert.deepEqual([socket.sent, socket.calls], [[1, 2], ['shutdown']])
  const empty = connected()
  empty.transport.end()
  assert.deepEqual(empty.socket.calls, ['shutdown'])
})

test('abort resets once, and tells the handler after the call has returned', async () => {
  const { socket, transport, log } = connected()
  socket.room = 0
  transport.write([Uint8Array.of(1)])
  transport.abort()
  transport.abort()
  assert.deepEqual([socket.calls, log, transport.bufferedBytes], [['terminate'], [], 1])
  await settle()
  assert.deepEqual(log, ['closed', 'gone'])
  socket.drain(10)
  transport.end()
  transport.pause()
  assert.deepEqual([transport.write([Uint8Array.of(2)]), socket.sent, socket.calls], [true, [], ['terminate']])
})

test('pause and resume inside data cancel each other out, and otherwise take effect when it returns', () => {
  const all = connected()
  const { socket, transport } = all
  transport.resume()
  assert.deepEqual(socket.calls, [], 'a new socket reads already')
  all.onData = () => {
    transport.pause()
    transport.resume()
  }
  socket.handlers.data(socket, Uint8Array.of(1))
  assert.deepEqual(socket.calls, [])
  all.onData = () => {
    transport.pause()
    assert.deepEqual(socket.calls, [])
  }
  socket.handlers.data(socket, Uint8Array.of(2))
  assert.deepEqual(socket.calls, ['pause'])
  transport.pause()
  transport.resume()
  transport.resume()
  assert.deepEqual(socket.calls, ['pause', 'resume'])
})

test('the end of the peer comes once, also where Bun only closes the socket', async () => {
  const half = connected()
  half.socket.handlers.end(half.socket)
  assert.equal(half.transport.write([Uint8Array.of(1)]), true)
  half.transport.end()
  half.socket.close()
  await settle()
  assert.deepEqual(half.log, ['end', 'closed', 'gone'])
  const ended = connected()
  ended.transport.end()
  ended.socket.close()
  await settle()
  assert.deepEqual(ended.log, ['end', 'closed', 'gone'])
})

test('a reset is reported with its error, without an end before it', async () => {
  const { socket, log } = connected()
  socket.close(new Error('ECONNRESET'))
  socket.close()
  await settle()
  assert.deepEqual(log, ['closed: ECONNRESET', 'gone'])
})

test('an exception of a handler ends its own connection, and is its error', async () => {
  const all = connected()
  all.onData = () => {
    throw new Error('a fault')
  }
  const { socket, log } = all
  assert.throws(() => socket.handlers.data(socket, Uint8Array.of(1)), /a fault/)
  socket.handlers.error(socket, new Error('a fault'))
  await settle()
  assert.deepEqual([socket.calls, log], [['terminate'], ['data 1', 'closed: a fault', 'gone']])
  const bare = new SocketDouble()
  bare.handlers.error(bare, new Error('before it had a transport'))
  bare.handlers.data(bare, Uint8Array.of(1))
  bare.handlers.end(bare)
  bare.handlers.drain(bare)
  assert.deepEqual(bare.calls, ['terminate'])
})

test('a handler that is attached later gets what comes from then on', async () => {
  const { socket, transport, log } = connected()
  const later: string[] = []
  transport.attach({ data: () => void later.push('data'), end: () => void later.push('end'), drained() {}, closed: () => void later.push('closed') })
  socket.handlers.data(socket, Uint8Array.of(1))
  socket.close()
  await settle()
  assert.deepEqual([log, later], [['gone'], ['data', 'end', 'closed']])
})
