import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bunServer } from '../../src/fetch/index.ts'
import type { CloseInfo, Socket } from '../../src/index.ts'
import { OptionError } from '../../src/index.ts'
import { BunHostDouble, BunSocketDouble, openingOf, openOnBun } from './doubles.ts'

test('an empty Sec-WebSocket-Protocol keeps Bun from selecting a subprotocol that the server does not declare [RFC 6455 §4.2.2]', async () => {
  const { host } = await openOnBun({ message() {} }, openingOf('/', { 'sec-websocket-protocol': 'a, b' }))
  assert.deepEqual(host.upgrades, [[['Sec-WebSocket-Protocol', '']]])
})

test("limits.message is Bun's maxPayloadLength, and Bun's own limit on what waits is off", () => {
  const { websocket } = bunServer({ limits: { message: 1234 }, message() {} })
  assert.equal(websocket.maxPayloadLength, 1234)
  assert.equal(websocket.backpressureLimit, 0x7fff_ffff)
})

test("after close Bun reports at once, without the peer's Close frame", async () => {
  const ends: CloseInfo[] = []
  const { socket } = await openOnBun({ message: (one) => void one.close(4002, 'done'), close: (_, info) => void ends.push(info) })
  socket.server.websocket.message(socket, 'a')
  assert.deepEqual([ends[0]?.code, ends[0]?.wasClean, ends[0]?.initiator, ends[0]?.received], [4002, true, 'local', undefined])
})

test('reading stops and goes on once each', async () => {
  let release: (() => void) | undefined
  const { socket, server } = await openOnBun({
    limits: { receiveBuffer: 100 },
    message: () => new Promise<void>((resolve) => (release = resolve)),
  })
  for (let i = 0; i < 4; i++) server.websocket.message(socket, 'a'.repeat(50))
  assert.deepEqual(socket.calls, ['pause'])
  for (let i = 0; i < 4; i++) {
    release?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(socket.calls, ['pause', 'resume'])
})

test('a socket of another upgrade of the application is left alone', () => {
  const { websocket } = bunServer({ message: () => assert.fail('called') })
  const other = new BunSocketDouble({ websocket } as never)
  other.data = { mine: true }
  websocket.open(other)
  websocket.message(other, 'a')
  websocket.drain(other)
  websocket.pong(other, new Uint8Array())
  websocket.close(other, 1000, '')
  assert.deepEqual(other.sent, [])
})

test('an option that Bun cannot honour, or that does not exist, is named', () => {
  for (const [options, option] of [
    [{ extensions: [] }, 'extensions'],
    [{ keepalive: { intervalMs: 5 } }, 'keepalive'],
    [{ port: 80 }, 'port'],
    [{ request: 5 }, 'request'],
    [null, 'options'],
  ] as const) {
    assert.throws(
      () => bunServer(options as never),
      (error) => error instanceof OptionError && error.option === option,
    )
  }
})

test('the address that Bun listens on decides about the names of loopback', async () => {
  const server = bunServer({ message() {} })
  const host = Object.assign(new BunHostDouble(server), { address: { address: '::1' } })
  assert.equal((await server.fetch(openingOf(), host))?.status, 421)
  assert.equal(await server.fetch(openingOf('/', { host: 'localhost:80' }), host), undefined)
})

test("without Bun's server the error says how to call fetch", () => {
  const fetch = bunServer({ message() {} }).fetch as (request: Request) => unknown
  assert.throws(() => fetch(openingOf()), { name: 'OptionError', message: /fetch: \(request, server\) => chat\.fetch\(request, server\)/ })
})

test('a message that Bun drops ends the connection, an empty one does not', async () => {
  let one: Socket | undefined
  const { socket } = await openOnBun({ open: (opened) => void (one = opened) })
  socket.result = 0
  assert.equal(one?.send(''), 'sent')
  assert.equal(one.send('a'), 'closed')
  assert.match(((await one.closed).error?.cause as Error).message, /Bun dropped a message/)
})
