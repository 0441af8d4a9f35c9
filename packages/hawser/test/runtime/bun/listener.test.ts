/** On Node, with a double of Bun; contract/sockets.test.ts has the behaviour on Bun itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { OptionError, serve } from '../../../src/index.ts'
import type { ListeningServer, ServeOptions } from '../../../src/index.ts'
import type { BunSocketHandlers } from '../../../src/runtime/bun/bun-socket.ts'
import { bunSocketsFor } from '../../../src/runtime/bun/listener.ts'
import type { BunSocketTransport } from '../../../src/runtime/bun/socket-transport.ts'
import { openingRequest } from '../../peers/raw-client.ts'
import { SocketDouble } from './socket-double.ts'

interface Listening {
  readonly hostname: string
  readonly port: number
  readonly reusePort: boolean
  readonly allowHalfOpen: boolean
  readonly socket: BunSocketHandlers<BunSocketTransport | undefined>
}

function doubleBun(t: TestContext): { readonly options: Listening[]; readonly calls: string[]; connect(): SocketDouble } {
  const options: Listening[] = []
  const calls: string[] = []
  const listen = (given: Listening): unknown => {
    options.push(given)
    return {
      port: 8080,
      stop: (closeActive: boolean) => void calls.push(`stop ${closeActive}`),
      ref: () => void calls.push('ref'),
      unref: () => void calls.push('unref'),
    }
  }
  Object.assign(globalThis, { Bun: { listen } })
  t.after(() => Reflect.deleteProperty(globalThis, 'Bun'))
  const connect = (): SocketDouble => {
    const socket = new SocketDouble()
    socket.handlers = options[0]?.socket ?? socket.handlers
    socket.handlers.open(socket)
    return socket
  }
  return { options, calls, connect }
}

const serveHere = (options: Partial<ServeOptions> = {}): Promise<ListeningServer> => serve({ message() {}, ...options } as ServeOptions)

test('the sockets of Bun are taken unless an option needs more than they have', (t) => {
  assert.equal(bunSocketsFor({}), undefined, 'not on Node')
  doubleBun(t)
  for (const options of [{}, { port: 5, reusePort: true, http2: false }, { host: '10.0.0.1' }, { host: '0:0::1' }]) {
    assert.ok(bunSocketsFor(options) !== undefined, JSON.stringify(options))
  }
  const others = [
    { host: 'localhost' },
    { host: 'fe80::1%eth0' },
    { socketPath: '/a' },
    { backlog: 5 },
    { tls: {} },
    { proxyProtocol: [] },
    { request() {} },
    { http2: true },
  ]
  for (const options of others) assert.equal(bunSocketsFor(options), undefined, JSON.stringify(options))
})

test('the listener is half-open and tells the address as the system does', async (t) => {
  const bun = doubleBun(t)
  const server = await serveHere({ host: '0:0:0:0:0:0:0:1', port: 8080 })
  const [{ hostname, port, reusePort, allowHalfOpen } = {}] = bun.options
  assert.deepEqual([hostname, port, reusePort, allowHalfOpen], ['0:0:0:0:0:0:0:1', 8080, false, true])
  assert.deepEqual(server.address, { address: '::1', family: 'IPv6', port: 8080 })
  assert.equal(server.url, 'ws://[::1]:8080/')
  server.unref()
  server.ref()
  assert.throws(() => server.setSecureContext({}), OptionError)
  await server.close()
  assert.deepEqual(bun.calls, ['unref', 'ref', 'stop false'])
})

test('close waits until every socket has closed, and ends those that wait for a request', async (t) => {
  const bun = doubleBun(t)
  const server = await serveHere()
  const [waiting, open] = [bun.connect(), bun.connect()]
  waiting.closesLater = true
  open.handlers.data(open, Buffer.from(openingRequest('/', { Host: '127.0.0.1:8080' })))
  assert.match(Buffer.from(open.sent).toString(), /^HTTP\/1\.1 101 /)
  let isClosed = false
  const closed = server.close().then(() => {
    isClosed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([isClosed, waiting.calls.includes('shutdown'), open.calls.at(-1)], [false, true, 'terminate'])
  waiting.close()
  await closed
})

test('a connection without a request makes room for the next one beyond the limit', async (t) => {
  const bun = doubleBun(t)
  const server = await serveHere({ limits: { connections: 1 } })
  const sockets = Array.from({ length: 8 }, () => bun.connect())
  const refused = sockets.filter(({ sent }) => Buffer.from(sent).toString().startsWith('HTTP/1.1 503 '))
  assert.ok(refused.length > 0 && refused.length < sockets.length, `${refused.length} were refused`)
  const closed = server.close()
  for (const socket of sockets) socket.close()
  await closed
})
