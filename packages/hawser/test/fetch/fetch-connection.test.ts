import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { CloseInfo, MessageError, Socket } from '../../src/index.ts'
import { json, OptionError, text } from '../../src/index.ts'
import { openingOf, openOnBun, openOnCrossws } from './doubles.ts'

test('messages reach the handler in order, text as string and binary as plain Uint8Array', async () => {
  const seen: unknown[] = []
  const { socket, server } = await openOnBun({ message: (_, data) => void seen.push(data) })
  server.websocket.message(socket, 'a')
  server.websocket.message(socket, Buffer.from([1, 2]))
  assert.deepEqual(seen, ['a', new Uint8Array([1, 2])])
  assert.equal((seen[1] as object).constructor, Uint8Array)
})

test('a handler that returns a promise holds the next message, and async iteration and receive take messages without a handler', async () => {
  const order: string[] = []
  let release: (() => void) | undefined
  const held = await openOnCrossws({
    message: (_, data) => {
      order.push(String(data))
      return new Promise<void>((resolve) => (release = resolve))
    },
  })
  held.receive('1')
  held.receive('2')
  assert.deepEqual(order, ['1'])
  release?.()
  await Promise.resolve()
  assert.deepEqual(order, ['1', '2'])

  let socket: Socket | undefined
  const iterated = await openOnCrossws({ open: (one) => void (socket = one) })
  iterated.receive('a')
  iterated.receive('b')
  assert.equal(await socket?.receive(), 'a')
  iterated.close(1000)
  const rest: unknown[] = []
  for await (const message of socket as Socket) rest.push(message)
  assert.deepEqual(rest, ['b'])
})

test('a message that its codec refuses goes to invalid, and with invalidMessage it closes the connection', async () => {
  const errors: MessageError[] = []
  const request = (): Request => openingOf('/', { 'sec-websocket-protocol': 'a' })
  const options = { subprotocols: { a: json() }, message() {}, invalid: (_: unknown, error: MessageError) => void errors.push(error) }
  const reported = await openOnCrossws(options, request())
  reported.receive('{')
  assert.equal(errors[0]?.subprotocol, 'a')
  assert.deepEqual(reported.peer.closes, [])
  const closed = await openOnCrossws({ ...options, invalidMessage: 1007 }, request())
  closed.receive('{')
  assert.match(closed.peer.closes[0] ?? '', /^1007/)
})

test('a message longer than limits.message in bytes is never delivered, and closes the connection with 1009 [RFC 6455 §7.4.1]', async () => {
  for (const [data, fits] of [
    ['a'.repeat(10), true],
    ['é'.repeat(5), true],
    ['a'.repeat(11), false],
    ['é'.repeat(6), false],
    [new Uint8Array(11), false],
  ] as const) {
    const seen: unknown[] = []
    const { receive, peer } = await openOnCrossws({ limits: { message: 10 }, message: (_, message) => void seen.push(message) })
    receive(data)
    receive('x')
    assert.equal(seen.length, fits ? 2 : 0)
    if (!fits) assert.match(peer.closes[0] ?? '', /^1009 .*limits\.message/)
  }
})

test('a handler that throws closes its connection with 1011, and error gets the error', async () => {
  const errors: unknown[] = []
  const failure = new Error('handler')
  const { receive, peer, close } = await openOnCrossws({
    message() {
      throw failure
    },
    error: (error, where) => errors.push(where, error),
  })
  receive('a')
  receive('b')
  assert.deepEqual(errors, ['message', failure])
  assert.deepEqual(peer.closes, ['1011'])
  close(1011)
})

test('beyond limits.receiveBuffer the peer waits where the platform can stop reading, and is closed with 1013 where it cannot', async () => {
  const forever = (): Promise<void> => new Promise(() => undefined)
  const options = { limits: { receiveBuffer: 100 }, message: forever }
  const bun = await openOnBun(options)
  for (let i = 0; i < 3; i++) bun.server.websocket.message(bun.socket, 'a'.repeat(60))
  assert.deepEqual(bun.socket.calls, ['pause'])
  const ends: CloseInfo[] = []
  const crossws = await openOnCrossws({ ...options, close: (_, info) => void ends.push(info) })
  for (let i = 0; i < 3; i++) crossws.receive('a'.repeat(60))
  assert.match(crossws.peer.closes[0] ?? '', /^1013/)
})

test('limits.messagesPerSecond and bytesPerSecond close the connection with 1008', async () => {
  for (const limits of [{ messagesPerSecond: 2 }, { bytesPerSecond: 20 }]) {
    const { receive, peer } = await openOnCrossws({ limits, tooFast: 'close', message() {} })
    for (let i = 0; i < 4; i++) receive('a'.repeat(8))
    assert.match(peer.closes[0] ?? 'none', /^1008 .*PerSecond/)
  }
})

test('idleTimeoutMs closes a connection without messages with 1001', async () => {
  const { peer } = await openOnCrossws({ idleTimeoutMs: 20, message() {} })
  const alive = setInterval(() => undefined, 1_000)
  while (peer.closes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  clearInterval(alive)
  assert.match(peer.closes[0] ?? '', /^1001 idle/)
})

test('ping measures the round trip where the platform has Pings; elsewhere it, pong, setKeepalive, sendStream and receiveStream name what is missing', async () => {
  let socket: Socket | undefined
  const bun = await openOnBun({ open: (one) => void (socket = one) })
  assert.ok(socket !== undefined)
  const roundTrip = await socket.ping()
  assert.equal(socket.roundTripMs, roundTrip)
  assert.equal(socket.pong(), 'sent')
  assert.deepEqual(bun.socket.calls, ['ping', 'pong'])
  assert.throws(() => socket?.setKeepalive(false), OptionError)
  await openOnCrossws({ open: (one) => void (socket = one) })
  await assert.rejects(socket.ping(), (error) => error instanceof OptionError && /ping is not possible on crossws/.test(error.message))
  assert.throws(() => socket?.pong(), OptionError)
  const pieces = (async function* (): AsyncGenerator<string> {
    yield 'a'
  })()
  await assert.rejects(socket.sendStream(pieces), OptionError)
  await assert.rejects(socket.receiveStream(), /receiveStream is not possible on crossws: it delivers a message when it is complete/)
  assert.throws(() => socket?.streams(), OptionError)
})

test('a socket carries context, subprotocol and addresses, and shows no internals', async () => {
  let socket: Socket | undefined
  await openOnBun(
    { subprotocols: { soap: text() }, upgrade: () => ({ context: { user: 'ada' } }), open: (one) => void (socket = one) },
    openingOf('/', { 'sec-websocket-protocol': 'soap' }),
  )
  assert.deepEqual([socket?.context, socket?.subprotocol, socket?.transport.remoteAddress], [{ user: 'ada' }, 'soap', '192.0.2.1'])
  assert.deepEqual([socket?.extensions, socket?.declinedExtensions], [[], []])
  assert.match(inspect(socket), /^Socket \{/)
})
