import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bunServer, crosswsServer } from '../../src/fetch/index.ts'
import type { CloseInfo } from '../../src/index.ts'
import { OptionError } from '../../src/index.ts'
import { BunHostDouble, openingOf, openOnBun, openOnCrossws, PeerDouble } from './doubles.ts'
import type { AnyOptions } from './doubles.ts'

async function status(options: AnyOptions, request: Request): Promise<number> {
  const answer = await crosswsServer({ message() {}, error: () => undefined, ...options } as never).hooks.upgrade(request)
  return answer instanceof Response ? answer.status : 101
}

test('the rules of the opening handshake are those of serve [RFC 6455 §4.2.1]', async () => {
  const refusals: readonly [Record<string, string | undefined>, number][] = [
    [{}, 101],
    [{ upgrade: undefined }, 426],
    [{ connection: 'keep-alive' }, 400],
    [{ 'sec-websocket-version': '12' }, 426],
    [{ 'sec-websocket-version': '13, 13' }, 426],
    [{ 'sec-websocket-key': undefined }, 400],
    [{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==' }, 400],
    [{ 'sec-websocket-protocol': 'a,,a' }, 400],
    [{ host: 'a b' }, 400],
    [{ origin: 'https://evil.example' }, 403],
    [{ origin: 'http://a.example' }, 101],
    [{ 'content-length': '5' }, 400],
  ]
  for (const [fields, expected] of refusals) assert.equal(await status({}, openingOf('/', fields)), expected, JSON.stringify(fields))
  assert.equal(await status({}, openingOf('/', {}, { method: 'POST' })), 405)
})

test('hosts, origins, paths, noSubprotocol and limits refuse as with serve', async () => {
  assert.equal(await status({ hosts: ['b.example'] }, openingOf()), 421)
  assert.equal(await status({ origins: ['https://app.example'] }, openingOf('/', { origin: 'https://app.example' })), 101)
  assert.equal(await status({ paths: ['/rooms/:id'] }, openingOf('/rooms/')), 404)
  assert.equal(await status({ subprotocols: ['a'], noSubprotocol: 'refuse' }, openingOf()), 400)
  assert.equal(await status({ limits: { handshakesPerSecond: 1 } }, openingOf()), 101)
  const full = await openOnCrossws({ message() {}, limits: { connections: 1 } })
  const answer = await full.server.hooks.upgrade(openingOf())
  assert.ok(answer instanceof Response && answer.status === 503 && answer.headers.get('retry-after') === '5')
})

test('the hook gets the request, accepts with context, subprotocol and fields, and refuses with any Response', async () => {
  const { host } = await openOnBun(
    {
      subprotocols: ['a', 'b'],
      paths: ['/rooms/:id'],
      upgrade: ({ parameters, remoteAddress, url, incoming }) => ({
        subprotocol: 'b',
        headers: { 'x-room': `${parameters.id} ${remoteAddress} ${url.href} ${incoming instanceof Request}` },
        cookies: ['a=1', 'b=2'],
      }),
      message() {},
    },
    openingOf('/rooms/7', { 'sec-websocket-protocol': 'a,b' }),
  )
  assert.deepEqual(host.upgrades[0], [
    ['x-room', '7 192.0.2.1 ws://a.example/rooms/7 true'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['Sec-WebSocket-Protocol', 'b'],
  ])
  const { hooks } = crosswsServer({ upgrade: () => new Response('who are you?', { status: 401, headers: { 'www-authenticate': 'Basic' } }) })
  const refused = await hooks.upgrade(openingOf())
  assert.ok(refused instanceof Response)
  assert.deepEqual([refused.status, refused.headers.get('www-authenticate'), await refused.text()], [401, 'Basic', 'who are you?'])
})

test('a hook that throws, or whose answer cannot be sent, gives 500; one that hangs gives 503 and its signal aborts', async () => {
  const errors: string[] = []
  const error = (thrown: unknown): void => void errors.push((thrown as Error).message)
  const throwing = (): never => {
    throw new Error('hook')
  }
  assert.equal(await status({ upgrade: throwing, error }, openingOf()), 500)
  assert.equal(await status({ upgrade: async () => throwing(), error }, openingOf()), 500)
  assert.equal(await status({ upgrade: () => ({ subprotocol: 'never offered' }), error }, openingOf()), 500)
  assert.equal(await status({ upgrade: () => ({ headers: { 'sec-websocket-accept': 'x' } }), error }, openingOf()), 500)
  assert.deepEqual(errors.slice(0, 2), ['hook', 'hook'])
  let reason: unknown
  const hanging = (_: unknown, { signal }: { signal: AbortSignal }): Promise<never> => {
    signal.addEventListener('abort', () => (reason = signal.reason))
    return new Promise(() => undefined)
  }
  const alive = setInterval(() => undefined, 1_000)
  assert.equal(await status({ upgrade: hanging, limits: { handshakeMs: 10 } }, openingOf()), 503)
  clearInterval(alive)
  assert.match((reason as Error).message, /in time/)
})

test('the signal of the hook aborts when the client goes away, and its place is free again', async () => {
  const controller = new AbortController()
  let started: (() => void) | undefined
  const running = new Promise<void>((resolve) => (started = resolve))
  let aborted = false
  const server = crosswsServer({
    limits: { connections: 1 },
    upgrade: ({ path }, { signal }) => {
      if (path !== '/slow') return {}
      signal.addEventListener('abort', () => (aborted = true))
      started?.()
      return new Promise(() => undefined)
    },
    message() {},
  })
  const slow = server.hooks.upgrade(openingOf('/slow', {}, { signal: controller.signal }))
  await running
  assert.ok((await server.hooks.upgrade(openingOf())) instanceof Response)
  controller.abort()
  assert.ok(aborted)
  // The platform, or a program around `fetch`, waits for an answer.
  assert.equal(((await slow) as Response).status, 400)
  assert.ok(!((await server.hooks.upgrade(openingOf())) instanceof Response))
})

test('an accepted client that the platform never opens gives up its place after limits.handshakeMs, and is closed if it opens later', async () => {
  const called: string[] = []
  const server = crosswsServer({ limits: { connections: 1, handshakeMs: 10 }, open: () => called.push('open'), message() {} })
  const first = await server.hooks.upgrade(openingOf())
  assert.ok(!(first instanceof Response))
  const alive = setInterval(() => undefined, 1_000)
  for (;;) {
    const next = await server.hooks.upgrade(openingOf())
    if (!(next instanceof Response)) break
    assert.equal(next.status, 503)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  clearInterval(alive)
  const late = new PeerDouble(first.context)
  server.hooks.open(late)
  assert.match(late.closes[0] ?? '', /^1001/)
  assert.deepEqual(called, [])
})

test('a server on a loopback address refuses other names, so that no web page reaches it by DNS rebinding', async () => {
  const server = bunServer({ message() {} })
  for (const [hostname, expected] of [
    ['127.0.0.1', 421],
    ['0.0.0.0', undefined],
  ] as const) {
    const answer = await server.fetch(openingOf(), new BunHostDouble(server, hostname))
    assert.equal(answer?.status, expected)
  }
})

test('drain closes connections with 1001 and counts them, and new opening handshakes get 503', async () => {
  const ends: CloseInfo[] = []
  const { server, close, peer } = await openOnCrossws({ message() {}, close: (_, info) => void ends.push(info) })
  const drained = server.drain({ graceMs: 1_000 })
  assert.match(peer.closes[0] ?? '', /^1001 the server is shutting down/)
  close(1001)
  assert.deepEqual(await drained, { closed: 1, failed: 0, terminated: 0 })
  const answer = await server.hooks.upgrade(openingOf())
  assert.ok(answer instanceof Response && answer.status === 503)
  await assert.rejects(server.drain({ grace: 5 } as never), OptionError)
  const other = await openOnCrossws({ message() {} })
  other.server.close()
  assert.equal(other.server.connections.size, 0)
})

test('an ordinary request goes to request, or gets 426; a request that cannot be read gets 400', async () => {
  const plain = new Request('http://a.example/page')
  const answered = bunServer({ request: (request) => new Response(`page ${new URL(request.url).pathname}`), message() {} })
  assert.equal(await (await answered.fetch(plain, new BunHostDouble(answered)))?.text(), 'page /page')
  const server = bunServer({ message() {} })
  assert.equal((await server.fetch(plain, new BunHostDouble(server)))?.status, 426)
  const odd = { method: 'GET', url: '/', headers: new Headers() } as unknown as Request
  assert.equal((await server.fetch(odd, new BunHostDouble(server)))?.status, 400)
})

test('a remoteAddressOf that throws, or answers anything but an address, refuses with 500 and is reported', async () => {
  for (const remoteAddressOf of [
    () => {
      throw new Error('no address')
    },
    () => Promise.resolve('192.0.2.1') as never,
    () => 5 as never,
  ]) {
    const errors: string[] = []
    const server = crosswsServer({
      remoteAddressOf,
      limits: { connectionsPerAddress: 1 },
      error: (error, where) => void errors.push(`${where}: ${(error as Error).message}`),
      message() {},
    })
    assert.equal(((await server.hooks.upgrade(openingOf())) as Response).status, 500)
    assert.match(errors.join(), /^upgrade: (no address|remoteAddressOf answers at once|option remoteAddressOf)/)
  }
})
