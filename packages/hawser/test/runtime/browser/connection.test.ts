import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ConnectionError, OptionError } from '../../../src/core/errors.ts'
import type { CloseInfo } from '../../../src/core/protocol/events.ts'
import { json } from '../../../src/core/subprotocols/index.ts'
import { readBrowserOptions } from '../../../src/runtime/browser/connect-options.ts'
import { BrowserConnection } from '../../../src/runtime/browser/connection.ts'
import { FakeSocket } from '../../web/fake-socket.ts'

class FakeCarrier extends FakeSocket {
  canPause = true

  constructor() {
    super({} as FakeSocket['handler'])
  }
}

interface Made {
  readonly carrier: FakeCarrier
  readonly connection: BrowserConnection
  readonly reports: unknown[]
}

function make(t: TestContext, options: object = {}, prepare: (carrier: FakeCarrier) => void = () => {}): Made {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const carrier = new FakeCarrier()
  prepare(carrier)
  const reports: unknown[] = []
  const owner = { report: (error: unknown) => void reports.push(error), connectionClosed() {} }
  const connection = new BrowserConnection(carrier, readBrowserOptions(options), owner, true)
  connection.open()
  return { carrier, connection, reports }
}

const clean: CloseInfo = FakeSocket.cleanClose

test('messages wait for receive and iteration, and nothing is read while too many wait', async (t) => {
  const { carrier, connection } = make(t, { limits: { receiveBuffer: 200 } })
  connection.received('a')
  assert.equal(carrier.paused, false)
  connection.received('b'.repeat(100))
  assert.equal(carrier.paused, true)
  assert.equal(await connection.receive(), 'a')
  assert.equal(carrier.paused, false)
  const seen: unknown[] = []
  connection.ended(clean)
  for await (const message of connection) seen.push(message)
  assert.deepEqual(seen, ['b'.repeat(100)])
  await assert.rejects(connection.receive(), ConnectionError)
  assert.equal(await connection.closed, clean)
})

test('a codec decodes and encodes, and a message that it refuses is told', async (t) => {
  const schema = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => (typeof value === 'number' ? { value } : { issues: [{ message: 'no number' }] }),
    },
  } as const
  const { carrier, connection } = make(t, { subprotocols: { sum: json(schema) }, invalidMessage: 1007 }, (carrier) => {
    carrier.subprotocol = 'sum'
  })
  connection.received('5')
  assert.equal(await connection.receive(), 5)
  connection.send(6)
  assert.deepEqual(carrier.sent, ['6'])
  connection.received('"x"')
  await assert.rejects(connection.receive(), { name: 'MessageError' })
  assert.deepEqual(carrier.closes, [[4007, '']])
})

test('send tells sent, buffered and closed, and drained follows buffered once', async (t) => {
  let drained = 0
  const { carrier, connection } = make(t, { limits: { highWaterMark: 10 }, drained: () => drained++ })
  carrier.growth = 6
  assert.equal(connection.send('a'), 'sent')
  assert.equal(connection.send('b'), 'buffered')
  assert.equal(connection.send('c'), 'buffered')
  carrier.drain()
  await connection.drained
  await Promise.resolve()
  assert.equal(drained, 1)
  assert.equal(connection.send('d'), 'sent')
  assert.throws(() => connection.send(1), TypeError)
  assert.throws(() => connection.send('x', { prioritiy: 1 } as never), OptionError)
  connection.ended(clean)
  assert.equal(connection.send('e'), 'closed')
})

test('beyond sendBuffer the connection is closed with 4013, or takes everything', async (t) => {
  for (const slowConsumer of ['close', 'wait'] as const) {
    const { carrier, connection } = make(t, { limits: { sendBuffer: 10, highWaterMark: 30 }, slowConsumer: 'wait' })
    connection.setSlowConsumer(slowConsumer)
    carrier.growth = 20
    connection.send('one alone may exceed it')
    assert.equal(connection.send('another'), slowConsumer === 'close' ? 'dropped' : 'buffered')
    assert.deepEqual(carrier.closes, slowConsumer === 'close' ? [[4013, '']] : [])
    t.mock.timers.reset()
  }
  assert.throws(() => make(t).connection.setSlowConsumer('drop-oldest'), OptionError)
})

test('a message above limits.message closes with 4009, and nothing after it is delivered', async (t) => {
  const { carrier, connection } = make(t, { limits: { message: 3 } })
  connection.received('abcd')
  connection.received('a')
  assert.deepEqual(carrier.closes, [[4009, '']])
  connection.ended({ ...clean, code: 4009 })
  const info = await connection.closed
  assert.deepEqual([info.wasClean, info.error?.limit, info.error?.fault, info.code], [false, 'message', 'peer', 4009])
  await assert.rejects(connection.receive(), ConnectionError)
})

test('where reading cannot stop, more than limits.backlog closes with 4008', async (t) => {
  const { carrier, connection } = make(t, { limits: { backlog: 200, receiveBuffer: 0 } }, (carrier) => {
    carrier.canPause = false
  })
  connection.received('a')
  assert.deepEqual(carrier.closes, [])
  connection.received('b'.repeat(100))
  assert.deepEqual(carrier.closes, [[4008, '']])
  connection.ended(clean)
  assert.equal((await connection.closed).error?.limit, 'backlog')
})

test('close() is checked, closes once, and gives up after closeTimeoutMs', async (t) => {
  const { carrier, connection } = make(t, { closeTimeoutMs: 50 })
  assert.throws(() => void connection.close(1001), OptionError)
  const closed = connection.close(3000, 'done')
  void connection.close(3001)
  assert.equal(connection.readyState, 'CLOSING')
  assert.deepEqual(carrier.closes, [[3000, 'done']])
  t.mock.timers.tick(50)
  const info = await closed
  assert.deepEqual([info.code, info.error?.fault, connection.readyState], [1006, 'timeout', 'CLOSED'])
  connection.ended(clean)
  assert.equal(await connection.closed, info)
})

test('drained resolves when a connection whose peer does not read is given up', async (t) => {
  const { carrier, connection } = make(t, { slowConsumer: 'wait', closeTimeoutMs: 1000 }, (made) => {
    made.growth = 100
  })
  connection.send('a')
  assert.ok(carrier.bufferedAmount > 0)
  const { drained } = connection
  void connection.close()
  t.mock.timers.tick(1000)
  await drained
  await connection.drained
  assert.equal((await connection.closed).initiator, 'local')
})

test('terminate() ends the connection for the page at once', async (t) => {
  let ends = 0
  const { carrier, connection } = make(t, { close: () => ends++ })
  connection.terminate()
  connection.received('late')
  const info = await connection.closed
  assert.deepEqual([info.code, info.initiator, info.error?.message, carrier.terminated, ends], [1006, 'local', 'terminate() was called', true, 1])
})

test('a handler that fails closes with 4011 and is reported; discard and pause work as everywhere', async (t) => {
  const failure = new Error('why')
  const broken = make(t, {
    message() {
      throw failure
    },
  })
  broken.connection.received('a')
  assert.deepEqual(broken.reports, [failure])
  assert.deepEqual(broken.carrier.closes, [[4011, '']])
  t.mock.timers.reset()

  const seen: unknown[] = []
  const { connection } = make(t, { message: (_socket: unknown, message: unknown) => void seen.push(message) })
  connection.pause()
  connection.received('a')
  assert.deepEqual(seen, [])
  connection.resume()
  assert.deepEqual(seen, ['a'])
  connection.discard()
  connection.received('b')
  assert.deepEqual(seen, ['a'])
})

test('members that a browser cannot offer throw an OptionError with the reason, and the rest says what is known', async (t) => {
  const { connection } = make(t)
  for (const call of [() => connection.pong(), () => connection.setKeepalive()]) assert.throws(call, { name: 'OptionError', message: /Pings/ })
  await assert.rejects(connection.ping(), { name: 'OptionError', message: /Pings/ })
  await assert.rejects(connection.receiveStream(), { name: 'OptionError', message: /whole messages/ })
  assert.throws(() => connection.streams(), { name: 'OptionError', message: /whole messages/ })
  await assert.rejects(connection.sendStream(), { name: 'OptionError', message: /whole messages/ })
  assert.deepEqual(
    [connection.context, connection.roundTripMs, connection.droppedMessages, connection.declinedExtensions],
    [undefined, undefined, 0, []],
  )
  assert.deepEqual(connection.transport, { secure: true })
  const disposed = connection[Symbol.asyncDispose]()
  connection.ended(clean)
  await disposed
})
