import assert from 'node:assert/strict'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { inspect } from 'node:util'
import { connect, HandshakeError } from '../../../src/index.ts'
import type { NodeConnectOptions } from '../../../src/runtime/node/connect-options.ts'
import { authority, localhost } from '../../certificates/index.ts'
import { socksProxy } from '../../peers/socks-proxy.ts'
import { serveFor } from '../../peers/test-server.ts'
import { rawServer, withServer } from '../../runtime/node/raw-server.ts'
import type { RawConnection } from '../../runtime/node/raw-server.ts'

type Options = NodeConnectOptions<readonly [], 'accept'>
const echo = { message: (socket: any, message: any) => void socket.send(message) }

async function failing(promise: Promise<unknown>): Promise<HandshakeError> {
  const error = await promise.then(
    () => assert.fail('the connection opened'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof HandshakeError, String(error))
  return error
}

async function expectEcho(url: string, options: Options): Promise<void> {
  const socket = await connect(url, options)
  socket.send('through')
  assert.equal(await socket.receive(), 'through')
  await socket.close()
}

const lookupTo =
  (...addresses: string[]): net.LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: net.isIP(address) })),
    )

test('socks5h gives the proxy the name, and socks5 an address that this machine resolved [RFC 1928 §5]', async (t) => {
  const server = await serveFor(t, { ...echo, hosts: 'any' })
  const proxy = await socksProxy(t)
  const url = `ws://name.example:${server.port}/`
  await expectEcho(url, { proxy: `socks5h://127.0.0.1:${proxy.port}`, lookup: () => assert.fail('it was resolved here') })
  await expectEcho(url, { proxy: `socks5://127.0.0.1:${proxy.port}`, lookup: lookupTo('192.0.2.1') })
  await expectEcho(`ws://[::1]:${server.port}/`, { proxy: `socks5h://127.0.0.1:${proxy.port}` })
  await expectEcho(`ws://[::1]:${server.port}/`, { proxy: `socks5://127.0.0.1:${proxy.port}` })
  const loopback = `${'0'.repeat(31)}1`
  assert.deepEqual(
    proxy.asked.map(({ host, port }) => [host, port]),
    ['name.example', '192.0.2.1', loopback, loopback].map((host) => [host, server.port]),
  )
})

test('wss goes through the proxy, with the certificate checked against the name [RC6]', async (t) => {
  const server = await serveFor(t, { ...echo, tls: localhost })
  const proxy = await socksProxy(t)
  for (const scheme of ['socks5', 'socks5h']) {
    const options = { proxy: `${scheme}://127.0.0.1:${proxy.port}` }
    await expectEcho(`wss://localhost:${server.port}/`, { ...options, tls: { ca: authority } })
    assert.equal((await failing(connect(`wss://localhost:${server.port}/`, options))).stage, 'tls')
  }
})

test('credentials are given if the proxy asks for them, and appear in no error [RFC 1929]', async (t) => {
  const server = await serveFor(t, echo)
  const proxy = await socksProxy(t, { credentials: 'us er:s€cret' })
  await expectEcho(server.url, { proxy: `socks5h://us%20er:s%E2%82%ACcret@127.0.0.1:${proxy.port}` })
  assert.deepEqual(proxy.asked[0]?.methods, [0, 2])
  const wrong = await failing(connect(server.url, { proxy: `socks5h://us%20er:wr0ng@127.0.0.1:${proxy.port}` }))
  assert.match(wrong.message, /refused the username and password/)
  assert.doesNotMatch(inspect(wrong, { depth: null, showHidden: true }), /wr0ng|us er|us%20er/)
  assert.match((await failing(connect(server.url, { proxy: `socks5h://127.0.0.1:${proxy.port}` }))).hint ?? '', /asks for credentials/)
})

test('the next address is tried where the proxy cannot reach one, over a new connection, and no other refusal is retried [RFC 1928 §6]', async (t) => {
  const server = await serveFor(t, { ...echo, hosts: 'any' })
  let code = 5
  const proxy = await socksProxy(t, { reply: ({ host }) => (host === '192.0.2.2' ? 0 : code) })
  const url = `ws://name.example:${server.port}/`
  const options = { proxy: `socks5://127.0.0.1:${proxy.port}`, lookup: lookupTo('192.0.2.1', '192.0.2.2') }
  await expectEcho(url, options)
  assert.equal(proxy.connections(), 2)
  code = 2
  const error = await failing(connect(url, options))
  assert.match(error.message, /could not connect to name\.example:\d+ \(192\.0\.2\.1\): reply 2/)
  assert.equal(proxy.connections(), 3)
  code = 4
  const last = await failing(connect(url, { ...options, lookup: lookupTo('192.0.2.1', '192.0.2.3') }))
  assert.match(last.message, /\(192\.0\.2\.3\): reply 4/)
})

test('connections to one address through a proxy open one after another where the client resolves it [RFC 6455 §4.1 step 2]', async (t) => {
  const proxy = await answering(t, [5], 'stall')
  const url = (name: string): string => `ws://${name}.example/`
  const controller = new AbortController()
  const options = { proxy: proxy.replace('socks5h', 'socks5'), lookup: lookupTo('192.0.2.1') }
  const first = failing(connect(url('one'), { ...options, signal: controller.signal }))
  const second = await failing(connect(url('two'), { ...options, limits: { handshakeMs: 50 } }))
  assert.match(second.message, /waiting for another connection to the same address/)
  controller.abort()
  assert.equal((await first).stage, 'aborted')
})

/** A proxy that writes `bytes` to each client and then ends, resets or stalls. */
async function answering(t: TestContext, bytes: number[], then: 'end' | 'reset' | 'stall'): Promise<string> {
  const server = await rawServer(({ socket }: RawConnection) => {
    socket.once('data', () => {
      socket.write(Uint8Array.from(bytes), () => {
        if (then === 'end') socket.end()
        else if (then === 'reset') socket.resetAndDestroy()
      })
    })
  })
  t.after(() => server.close())
  return `socks5h://127.0.0.1:${server.port}`
}

test('a proxy that ends, resets or stalls within an answer fails at stage proxy or at the time limit, and is not bypassed [RC5]', async (t) => {
  await withServer(
    () => {},
    async (server) => {
      const ended = await failing(connect(server.url, { proxy: await answering(t, [5], 'end') }))
      assert.equal(ended.stage, 'proxy')
      assert.match(ended.message, /after 1 byte of a method/)
      const reset = await failing(connect(server.url, { proxy: await answering(t, [], 'reset') }))
      assert.equal(reset.stage, 'proxy')
      assert.match(reset.message, /broke the connection before it sent a method/)
      const proxy = await answering(t, [5], 'stall')
      const stalled = await failing(connect(server.url, { proxy, limits: { handshakeMs: 100 } }))
      assert.equal(stalled.stage, 'timeout')
      assert.match(stalled.message, /at stage proxy/)
      assert.match(stalled.hint ?? '', /kind of proxy/)
      const controller = new AbortController()
      const aborted = failing(connect(server.url, { proxy, signal: controller.signal }))
      controller.abort()
      assert.equal((await aborted).stage, 'aborted')
      assert.equal(server.connections.length, 0)
    },
  )
})

test('a proxy that is absent fails at stage proxy, and a name that is too long is not sent [RC5, RFC 1928 §5]', async () => {
  const gone = await rawServer(() => {})
  await gone.close()
  const absent = await failing(connect('ws://h/', { proxy: `socks5h://127.0.0.1:${gone.port}` }))
  assert.equal(absent.stage, 'proxy')
  const label = 'a'.repeat(60)
  const long = await failing(connect(`ws://${[label, label, label, label, label].join('.')}/`, { proxy: `socks5h://127.0.0.1:${gone.port}` }))
  assert.match(long.message, /at most 255/)
})

test('HTTP/2 goes through SOCKS, with a session for each proxy and its credentials', async (t) => {
  const server = await serveFor(t, { ...echo, tls: localhost })
  const proxy = await socksProxy(t)
  const options = { http: '2', tls: { ca: authority } } as const
  const url = `wss://localhost:${server.port}/`
  const proxies = ['socks5h://', 'socks5h://a:b@', 'socks5h://a:c@', 'socks5://', 'socks5h://'].map((start) => `${start}127.0.0.1:${proxy.port}`)
  const sockets = []
  for (const one of proxies) sockets.push(await connect(url, { ...options, proxy: one }))
  assert.deepEqual(new Set(sockets.map((socket) => socket.transport.httpVersion)), new Set(['2']))
  assert.equal(proxy.connections(), 4, 'the fifth shares the session of the first')
  await Promise.all(sockets.map((socket) => socket.close()))
})
