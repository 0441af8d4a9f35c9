import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { workersServer } from '../../src/fetch/index.ts'
import { withAddress } from '../../src/fetch/workers.ts'
import { workersCapabilities } from '../../src/fetch/capabilities.ts'
import { OptionError } from '../../src/index.ts'
import { openingOf } from './doubles.ts'
import { WebSocketDouble } from './web-socket-double.ts'

const OriginalResponse = globalThis.Response
let pairs: { 0: WebSocketDouble; 1: WebSocketDouble }[] = []

beforeEach(() => {
  pairs = []
  class WebSocketPair {
    readonly 0 = new WebSocketDouble(1)
    readonly 1 = new WebSocketDouble(0)

    constructor() {
      pairs.push(this)
    }
  }
  /** That of Workers takes status 101 with a `webSocket`. */
  function WorkersResponse(body: string | null, init?: ResponseInit & { webSocket?: unknown }): unknown {
    return init?.status === 101 ? { status: 101, headers: new Headers(init.headers), webSocket: init.webSocket } : new OriginalResponse(body, init)
  }
  Object.assign(globalThis, { WebSocketPair, Response: WorkersResponse })
})

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'WebSocketPair')
  globalThis.Response = OriginalResponse
})

test('an acceptance gives one end of a pair to the platform and accepts the other', async () => {
  const seen: unknown[] = []
  const server = workersServer({
    subprotocols: ['soap'],
    upgrade: ({ incoming }) => ({ context: incoming.env.NAME, headers: { 'x-a': '1' }, cookies: ['a=1', 'b=2'] }),
    open: (socket) => void seen.push(socket.context, socket.subprotocol),
    message: (socket, data) => socket.send(data),
  })
  const response = await server.fetch(openingOf('/', { 'sec-websocket-protocol': 'soap' }), { NAME: 'env' }, {})
  const [pair] = pairs
  assert.equal((response as { webSocket?: unknown }).webSocket, pair?.[0])
  assert.deepEqual(
    [response.headers.get('sec-websocket-protocol'), response.headers.get('x-a'), response.headers.getSetCookie()],
    ['soap', '1', ['a=1', 'b=2']],
  )
  pair?.[1].emit('message', { data: 'a' })
  assert.deepEqual([seen, pair?.[1].sent, pair?.[1].readyState], [['env', 'soap'], ['a'], 1])
})

test('the address of the client is known where the application says how to find it', async () => {
  const seen: unknown[] = []
  const server = workersServer({
    remoteAddressOf: (request) => request.headers.get('cf-connecting-ip'),
    limits: { connectionsPerAddress: 1 },
    open: (socket) => void seen.push(socket.transport.remoteAddress),
    message() {},
  })
  assert.equal(server.capabilities.remoteAddress, true)
  const request = (address: string): Request => openingOf('/', { 'cf-connecting-ip': address })
  assert.equal((await server.fetch(request('192.0.2.1'))).status, 101)
  assert.equal((await server.fetch(request('192.0.2.1'))).status, 429)
  assert.equal((await server.fetch(request('192.0.2.2'))).status, 101)
  assert.deepEqual(seen, ['192.0.2.1', '192.0.2.2'])
  assert.equal(withAddress(workersCapabilities, undefined), workersCapabilities)
})

test('an option that Workers cannot honour, or that does not exist, is named', () => {
  for (const [options, option] of [
    [{ limits: { sendBuffer: 5 } }, 'limits.sendBuffer'],
    [{ limits: { connectionsPerAddress: 5 } }, 'limits.connectionsPerAddress'],
    [{ remoteAddressOf: 5 }, 'remoteAddressOf'],
    [{ idleTimeoutSeconds: 5 }, 'idleTimeoutSeconds'],
  ] as const) {
    assert.throws(
      () => workersServer(options as never),
      (error) => error instanceof OptionError && error.option === option,
    )
  }
})

test('elsewhere than on Workers an opening handshake gets 500, and the error names the reason', async () => {
  Reflect.deleteProperty(globalThis, 'WebSocketPair')
  const errors: unknown[] = []
  const response = await workersServer({ error: (error) => errors.push(error), message() {} }).fetch(openingOf())
  assert.equal(response.status, 500)
  assert.match(String(errors[0]), /WebSocketPair/)
})
