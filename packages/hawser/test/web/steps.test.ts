import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseEvent, ErrorEvent } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'
import { make, thrown } from './harness.ts'
import type { Made } from './harness.ts'

test('close() while CONNECTING gives error, then close 1006, and no open [C1.21]', async () => {
  const made = make()
  let event: CloseEvent | undefined
  made.webSocket.onclose = (close) => {
    event = close
  }
  made.webSocket.close()
  assert.equal(made.webSocket.readyState, 2)
  assert.deepEqual(made.log, [])
  await Promise.resolve()
  await Promise.resolve()
  made.runTasks()
  assert.deepEqual(made.log, ['error', 'close'])
  assert.equal(event?.code, 1006)
  assert.equal(event?.wasClean, false)
  assert.equal(made.webSocket.readyState, 3)
})

test('a connection that is established after close() is dropped, and does not open', () => {
  const made = make()
  made.webSocket.close()
  const socket = made.open()
  assert.equal(socket.terminated, true)
  assert.deepEqual(
    made.log.filter((type) => type === 'open'),
    [],
  )
})

test('send() while CONNECTING is an InvalidStateError [C1.23]', () => {
  const { webSocket } = make()
  assert.throws(() => webSocket.send('x'), thrown('InvalidStateError'))
  assert.throws(() => (webSocket.send as () => void)(), TypeError)
})

test('close() without arguments sends an empty Close frame; a reason alone goes with 1000', () => {
  const made = make()
  const socket = made.open()
  made.webSocket.close()
  made.webSocket.close(3001)
  assert.deepEqual(socket.closes, [[undefined, '']])
  const other = make()
  const otherSocket = other.open()
  other.webSocket.close(undefined, 'why')
  assert.deepEqual(otherSocket.closes, [[1000, 'why']])
})

test('open comes before the first message, and binaryType decides how bytes arrive', async () => {
  const made = make('wss://h:8443/x')
  const seen: MessageEvent[] = []
  made.webSocket.onmessage = (event) => {
    seen.push(event)
  }
  made.open()
  assert.equal(made.webSocket.readyState, 1)
  assert.equal(made.webSocket.binaryType, 'blob')
  made.handler.message('text')
  made.handler.message(new Uint8Array([1, 2, 3]).subarray(1))
  made.runTasks()
  made.webSocket.binaryType = 'arraybuffer'
  made.webSocket.binaryType = 'nodebuffer' as 'blob'
  made.handler.message(new Uint8Array([1, 2, 3]).subarray(1))
  made.runTasks()
  assert.deepEqual(made.log, ['open', 'message', 'message', 'message'])
  assert.equal(seen[0]?.data, 'text')
  assert.equal(seen[0]?.origin, 'wss://h:8443')
  assert.deepEqual(new Uint8Array(await (seen[1]?.data as Blob).arrayBuffer()), new Uint8Array([2, 3]))
  assert.ok(seen[2]?.data instanceof ArrayBuffer)
  assert.deepEqual(new Uint8Array(seen[2].data), new Uint8Array([2, 3]))
})

test('no message is delivered after close() was called', () => {
  const made = make()
  made.open()
  made.webSocket.close()
  made.handler.message('late')
  made.runTasks()
  assert.deepEqual(made.log, ['open'])
})

test('a failed opening handshake fires error with the reason that browsers hide, then close 1006', () => {
  const made = make()
  const failure = new Error('it is the certificate')
  let event: ErrorEvent | undefined
  made.webSocket.onerror = (error) => {
    event = error
  }
  made.handler.failed(failure)
  made.runTasks()
  assert.deepEqual(made.log, ['error', 'close'])
  assert.equal(event?.error, failure)
  assert.match(event?.message ?? '', /certificate/)
})

test('a clean close is one close event with code, reason and wasClean; nothing comes after it', () => {
  const made = make()
  made.open()
  let event: CloseEvent | undefined
  made.webSocket.onclose = (close) => {
    event = close
  }
  made.handler.closed(FakeSocket.cleanClose)
  made.handler.closed(FakeSocket.cleanClose)
  made.runTasks()
  assert.deepEqual(made.log, ['open', 'close'])
  assert.deepEqual([event?.code, event?.reason, event?.wasClean], [1000, 'bye', true])
  assert.ok(event instanceof Event)
})

test('protocol and extensions have the agreed values, and are empty before', () => {
  const made = make()
  assert.deepEqual([made.webSocket.protocol, made.webSocket.extensions], ['', ''])
  const socket = new FakeSocket(made.handler)
  socket.subprotocol = 'soap'
  socket.extensions = [
    {
      name: 'x',
      parameters: [
        ['a', true],
        ['b', '1'],
      ],
    },
  ]
  made.open(socket)
  assert.deepEqual([made.webSocket.protocol, made.webSocket.extensions], ['soap', 'x; a; b=1'])
})

test('protocol and extensions stay empty where close() came before the event of the establishment [WebSockets standard §4]', () => {
  const made = make()
  const socket = new FakeSocket(made.handler)
  socket.subprotocol = 'soap'
  socket.extensions = [{ name: 'x', parameters: [] }]
  made.handler.open(socket)
  made.webSocket.close()
  made.runTasks()
  assert.deepEqual([made.webSocket.protocol, made.webSocket.extensions], ['', ''])
})

test('readyState is CLOSING as soon as the peer has started the closing handshake', () => {
  const made = make()
  const socket = made.open()
  socket.readyState = 'CLOSING'
  assert.equal(made.webSocket.readyState, 2)
})

/** Like the event loop: after each task, the promise callbacks that it made ready. */
async function runTasksAndPromises(made: Made, count: number): Promise<void> {
  for (let task = 0; task < count; task++) {
    made.nextTask()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('each event has its own task, so promise callbacks run between open and the first message [WebSockets standard §7]', async () => {
  const made = make()
  const log: string[] = []
  const note = (type: string): void => {
    made.webSocket.addEventListener(type, () => {
      log.push(type)
      queueMicrotask(() => log.push(`after ${type}`))
    })
  }
  for (const type of ['open', 'message', 'error', 'close']) note(type)
  made.handler.open(new FakeSocket(made.handler))
  made.handler.message('a')
  made.handler.message('b')
  made.handler.closed({ ...FakeSocket.cleanClose, code: 1006, wasClean: false, error: new Error('broken') as never })
  assert.deepEqual(log, [])
  assert.equal(made.webSocket.readyState, 0)
  await runTasksAndPromises(made, 5)
  assert.deepEqual(log, [
    'open',
    'after open',
    'message',
    'after message',
    'message',
    'after message',
    'error',
    'after error',
    'close',
    'after close',
  ])
})

test('close() between the establishment and its event drops the connection', () => {
  const made = make()
  const socket = new FakeSocket(made.handler)
  made.handler.open(socket)
  assert.equal(made.webSocket.protocol, '')
  made.webSocket.close()
  made.runTasks()
  assert.equal(socket.terminated, true)
  made.handler.closed({ ...FakeSocket.cleanClose, code: 1006, wasClean: false })
  made.runTasks()
  assert.deepEqual(made.log, ['error', 'close'])
})

test('readyState stays OPEN for the events of messages that came before the peer began the closing handshake', () => {
  const made = make()
  const socket = made.open()
  const states: number[] = []
  made.webSocket.onmessage = () => states.push(made.webSocket.readyState)
  made.handler.message('a')
  made.handler.message('b')
  socket.readyState = 'CLOSING'
  made.nextTask()
  assert.deepEqual(states, [1])
  made.runTasks()
  assert.equal(made.webSocket.readyState, 2)
})

test('reading stops while more than a mebibyte of messages waits for its events, and resumes behind them', () => {
  const made = make()
  const socket = made.open()
  made.handler.message('x'.repeat(1_000_000))
  assert.equal(socket.paused, false)
  for (let count = 0; count < 1_000; count++) made.handler.message('')
  assert.equal(socket.paused, true, 'empty messages count too')
  made.nextTask()
  assert.equal(socket.paused, true)
  made.runTasks()
  assert.equal(socket.paused, false)
})
