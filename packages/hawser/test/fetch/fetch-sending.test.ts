import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DropReport, SendResult, Socket } from '../../src/index.ts'
import { json, MessageError, OptionError } from '../../src/index.ts'
import { bunServer } from '../../src/fetch/index.ts'
import { BunHostDouble, openingOf, openOnBun, openOnCrossws } from './doubles.ts'
import type { AnyOptions } from './doubles.ts'

const opened = async (options: AnyOptions): Promise<{ socket: Socket; platform: Awaited<ReturnType<typeof openOnBun>>['socket'] }> => {
  let socket: Socket | undefined
  const { socket: platform } = await openOnBun({ ...options, open: (one) => void (socket = one) })
  return { socket: socket as unknown as Socket, platform }
}

test('send tells sent, buffered and closed', async () => {
  const { socket, platform } = await opened({ limits: { highWaterMark: 10 } })
  const results: SendResult[] = [socket.send('a')]
  platform.buffered = 11
  results.push(socket.send('b'))
  platform.buffered = 5
  // Until the low-water mark, which is 0 by default.
  results.push(socket.send('c'))
  socket.terminate()
  results.push(socket.send('d'))
  assert.deepEqual(results, ['sent', 'buffered', 'buffered', 'closed'])
  assert.deepEqual(platform.sent, ['a', 'b', 'c'])
})

test('drained resolves, and the handler is called, when the platform reports that little enough waits', async () => {
  let drained = 0
  const { socket, platform } = await opened({ limits: { highWaterMark: 10, lowWaterMark: 3 }, drained: () => void drained++ })
  platform.buffered = 20
  socket.send('a')
  let resolved = false
  const promise = socket.drained.then(() => {
    resolved = true
  })
  platform.buffered = 8
  platform.server.websocket.drain(platform)
  await Promise.resolve()
  assert.deepEqual([drained, resolved], [0, false])
  platform.buffered = 3
  platform.server.websocket.drain(platform)
  await promise
  assert.equal(drained, 1)
  await socket.drained
})

test('beyond limits.sendBuffer slowConsumer decides: close with 1013, drop-newest or wait', async () => {
  const closing = await opened({ limits: { sendBuffer: 10 } })
  closing.platform.buffered = 8
  assert.equal(closing.socket.send('abc'), 'dropped')
  assert.match(closing.platform.calls[0] ?? '', /^resume|^close 1013/)
  assert.equal((await closing.socket.closed).error?.closeCode, 1013)

  const reports: DropReport[] = []
  const dropping = await opened({ limits: { sendBuffer: 10 }, slowConsumer: 'drop-newest', dropped: (_, report) => reports.push(report) })
  dropping.platform.buffered = 8
  assert.equal(dropping.socket.send('abc'), 'dropped')
  await Promise.resolve()
  assert.deepEqual(reports, [{ messages: 1, bytes: 3 }])
  assert.equal(dropping.socket.droppedMessages, 1)

  const waiting = await opened({ limits: { sendBuffer: 10 }, slowConsumer: 'wait' })
  waiting.platform.buffered = 8
  assert.equal(waiting.socket.send('abc'), 'sent')
  assert.deepEqual(waiting.platform.sent, ['abc'])
  waiting.socket.setSlowConsumer('drop-newest')
  assert.equal(waiting.socket.send('abc'), 'dropped')
  assert.throws(() => waiting.socket.setSlowConsumer('coalesce'), OptionError)
})

test('a message larger than limits.sendBuffer leaves where nothing waits', async () => {
  const { socket } = await opened({ limits: { sendBuffer: 10 } })
  assert.equal(socket.send('a'.repeat(100)), 'sent')
})

test('the codec of the subprotocol encodes, and compress reaches the platform', async () => {
  let socket: Socket | undefined
  const request = openingOf('/', { 'sec-websocket-protocol': 'a' })
  const { socket: platform } = await openOnBun({ subprotocols: { a: json() }, open: (one) => void (socket = one) }, request)
  socket?.send({ n: 1 }, { compress: true })
  assert.deepEqual([platform.sent, platform.compressed], [['{"n":1}'], [true]])
  assert.throws(() => socket?.send(1n), MessageError)
})

test('a platform that does not tell what is buffered always takes the message, and compress is refused', async () => {
  let socket: Socket | undefined
  const { peer } = await openOnCrossws({ open: (one) => void (socket = one) })
  assert.ok(socket !== undefined)
  assert.equal(socket.send('a'), 'sent')
  assert.equal(socket.bufferedAmount, 0)
  await socket.drained
  assert.throws(() => socket?.send('b', { compress: true }), OptionError)
  assert.throws(() => socket?.send('b', { compres: true } as never), OptionError)
  assert.deepEqual(peer.sent, ['a'])
})

test('a platform that throws for one socket ends that connection only: a broadcast reaches all others', async () => {
  const server = bunServer({ message() {} })
  const host = new BunHostDouble(server)
  for (let i = 0; i < 3; i++) await server.fetch(openingOf(), host)
  const [lost, ...others] = host.sockets
  const cause = new Error('socket is gone')
  const throwing = (): never => {
    throw cause
  }
  Object.assign(lost as object, { send: throwing })
  const ended = ([...server.connections][0] as Socket).closed
  assert.deepEqual(server.broadcast('a'), { sent: 2, buffered: 0, replaced: 0, dropped: 0 })
  assert.deepEqual(
    others.map(({ sent }) => sent),
    [['a'], ['a']],
  )
  const { code, wasClean, error } = await ended
  assert.deepEqual([code, wasClean, error?.cause], [1006, false, cause])

  const [second, third] = [...server.connections] as Socket[]
  for (const socket of others) Object.assign(socket, { ping: throwing, pong: throwing })
  await assert.rejects((second as Socket).ping(), /ended before the Pong/)
  assert.equal((third as Socket).pong(), 'closed')
  assert.equal(server.connections.size, 0)
})
