import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { readBearer } from '../../src/core/subprotocols/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

interface Deferred<T> {
  promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

test('the upgrade hook sees the request, and its context is on the socket [RS5]', async (t) => {
  const contexts: unknown[] = []
  const server = await serveFor(t, {
    subprotocols: ['chat'],
    origins: ['https://app.example'],
    upgrade: async (request) => ({
      context: {
        path: request.path,
        query: request.url.searchParams.get('room'),
        user: request.fields.get('cookie'),
        origin: request.origin,
        offered: request.subprotocols,
      },
      headers: { 'X-Served-By': 'a' },
      cookies: ['session=1; HttpOnly', 'other=2'],
    }),
    open: (socket) => void contexts.push(socket.context),
    message() {},
  })
  const client = await server.client()
  client.write(openingRequest('/chat?room=5', { Cookie: 'u=me', Origin: 'https://app.example', 'Sec-WebSocket-Protocol': 'x, chat' }))
  const response = await client.response()
  assert.equal(response.status, 101)
  assert.equal(response.get('x-served-by'), 'a')
  assert.deepEqual(
    response.fields.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
    ['session=1; HttpOnly', 'other=2'],
  )
  assert.deepEqual(contexts, [{ path: '/chat', query: '5', user: 'u=me', origin: 'https://app.example', offered: ['x', 'chat'] }])
})

test('early data is kept while the hook decides, and parsed and delivered in order after the acceptance [S12.16]', async (t) => {
  const decision = deferred<object>()
  const seen: string[] = []
  const server = await serveFor(t, {
    upgrade: () => decision.promise,
    open: () => void seen.push('open'),
    message: (_socket, message) => void seen.push(String(message)),
  })
  const client = await server.client()
  client.write(openingRequest(), clientFrame(1, 'one'))
  client.write(clientFrame(1, 'two'))
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.deepEqual(seen, [])
  decision.resolve({})
  assert.equal((await client.response()).status, 101)
  client.write(clientFrame(1, 'three'), clientFrame(8))
  await client.closeFrame()
  assert.deepEqual(seen, ['open', 'one', 'two', 'three'])
})

for (const when of ['with the request', 'while the hook decides'] as const) {
  test(`early data that comes ${when} is bounded by limits.earlyData: the client feels backpressure until the hook has decided [S12.16]`, async (t) => {
    const decision = deferred<object>()
    const called = deferred<void>()
    let bytes = 0
    const server = await serveFor(t, {
      limits: { earlyData: 10_000, message: 1 << 20 },
      upgrade: () => {
        called.resolve()
        return decision.promise
      },
      message: (_socket, message) => void (bytes += message.length),
    })
    const client = await server.client()
    client.write(openingRequest())
    if (when === 'while the hook decides') await called.promise
    const payload = new Uint8Array(1 << 20)
    for (let i = 0; i < 16; i++) client.write(clientFrame(2, payload))
    // Until nothing moves any more: all of it where there is no bound, the buffers of the system where there is.
    for (let before = -1, same = 0; same < 3; ) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      same = client.socket.writableLength === before ? same + 1 : 0
      before = client.socket.writableLength
    }
    assert.ok(client.socket.writableLength > 1 << 20, 'most of it is still with the client')
    decision.resolve({})
    assert.equal((await client.response()).status, 101)
    client.write(clientFrame(8))
    await client.closeFrame()
    assert.equal(bytes, 16 << 20)
  })
}

test('early data of a refused handshake is never parsed as a request [S12.17, RFC 9931]', async (t) => {
  let requests = 0
  const server = await serveFor(t, {
    request: (_request, response) => {
      requests++
      response.end()
    },
    upgrade: async () => new Response('no', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } }),
  })
  const client = await server.client()
  client.write(openingRequest(), 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const response = await client.response()
  assert.equal(response.status, 401)
  assert.equal(response.get('connection'), 'close')
  await client.end()
  assert.equal(client.buffer.length, 0)
  assert.equal(requests, 0)
})

for (const how of ['ends', 'resets'] as const) {
  test(`a client that ${how} while the hook runs aborts its signal: no 101, no open [S12.18]`, async (t) => {
    const aborted = deferred<unknown>()
    const started = deferred<void>()
    let opened = 0
    const server = await serveFor(t, {
      upgrade: (_request, { signal }) =>
        new Promise<object>((_resolve, reject) => {
          started.resolve()
          signal.addEventListener('abort', () => {
            aborted.resolve(signal.reason)
            reject(signal.reason)
          })
        }),
      open: () => void opened++,
    })
    const client = await server.client()
    client.write(openingRequest())
    await started.promise
    if (how === 'ends') client.socket.end()
    else client.socket.resetAndDestroy()
    assert.match(String(await aborted.promise), /client/)
    await client.gone()
    assert.equal(client.buffer.length, 0)
    assert.deepEqual([opened, server.connections.size], [0, 0])
  })
}

test('the signal aborts a hook that does not answer within limits.handshakeMs, and the client gets 503', async (t) => {
  const aborted = deferred<void>()
  const server = await serveFor(t, {
    limits: { handshakeMs: 60 },
    upgrade: (_request, { signal }) => new Promise<object>(() => signal.addEventListener('abort', () => aborted.resolve())),
  })
  const client = await server.client()
  client.write(openingRequest())
  const response = await client.response()
  assert.equal(response.status, 503)
  assert.ok(response.get('retry-after'))
  await aborted.promise
})

const wrongAnswers: readonly (readonly [name: string, answer: () => unknown])[] = [
  ['S12.19 a subprotocol that was not offered', () => ({ subprotocol: 'secret-name' })],
  ['S12.19 a subprotocol that was offered and is not declared', () => ({ subprotocol: 'undeclared' })],
  ['S12.21 a subprotocol with CR LF', () => ({ subprotocol: 'chat\r\nX-Injected: 1' })],
  ['S12.21 a field value with CR LF', () => ({ headers: { 'X-A': 'b\r\nX-Injected: 1' } })],
  ['S12.21 a field name with CR LF', () => ({ headers: [['X-A\r\nX-Injected', '1']] })],
  ['S12.21 a cookie with CR LF', () => ({ cookies: ['a=b\r\nX-Injected: 1'] })],
  [
    'S12.21 CVE-2020-35678 a redirect whose Location has CR LF',
    () => ({
      status: 302,
      statusText: '',
      headers: { forEach: (tell: (value: string, name: string) => void) => tell('/a\r\nX-Injected: 1', 'Location') },
      arrayBuffer: async () => new ArrayBuffer(0),
    }),
  ],
  ['a field the handshake owns', () => ({ headers: { 'Sec-WebSocket-Accept': 'x' } })],
  [
    'S12.22 an error that is thrown',
    () => {
      throw new Error('bug')
    },
  ],
  [
    'S12.22 a promise that rejects',
    async () => {
      await new Promise(setImmediate)
      throw new Error('bug')
    },
  ],
  ['nothing', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['a promise of nothing', async () => undefined],
  ['a Response of status 101', () => ({ status: 101, statusText: '', headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(0) })],
  ['a Response of status 103', () => ({ status: 103, statusText: '', headers: new Headers(), arrayBuffer: async () => new ArrayBuffer(0) })],
  [
    'a Response whose body fails',
    () => ({ status: 400, statusText: '', headers: new Headers(), arrayBuffer: () => Promise.reject(new Error('bug')) }),
  ],
  ['a Response whose body is too large', () => new Response(new Uint8Array(2 << 20), { status: 403 })],
]

for (const [name, answer] of wrongAnswers) {
  test(`${name} from the hook is a 500 and an error for the application, and never reaches the wire`, async (t) => {
    const errors: unknown[] = []
    const server = await serveFor(t, {
      subprotocols: ['chat'],
      upgrade: answer as () => object,
      open: () => assert.fail('opened'),
      error: (error, where) => void errors.push([where, error]),
    })
    const client = await server.client()
    client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': 'chat, undeclared' }))
    const response = await client.response()
    assert.equal(response.status, 500)
    assert.doesNotMatch(response.head + response.body, /injected|secret-name|bug/i)
    assert.equal(errors.length, 1)
    const [[where, error]] = errors as [[string, unknown]]
    assert.equal(where, 'upgrade')
    assert.ok(error instanceof OptionError || (error as Error).message === 'bug')
  })
}

for (const none of ['', null]) {
  test(`the subprotocol ${JSON.stringify(none)} omits the field [S12.20, RS9]`, async (t) => {
    const server = await serveFor(t, {
      subprotocols: ['chat'],
      upgrade: () => ({ subprotocol: none }),
      open: (socket) => void socket.send(`<${socket.subprotocol}>`),
    })
    const client = await server.client()
    client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': 'chat' }))
    assert.equal((await client.response()).get('sec-websocket-protocol'), undefined)
    assert.equal((await client.frame()).payload.toString(), '<>')
  })
}

test('the hook may choose another of the offered and declared subprotocols', async (t) => {
  const server = await serveFor(t, { subprotocols: ['a', 'b'], upgrade: () => ({ subprotocol: 'b' }) })
  const client = await server.client()
  client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': 'a, b' }))
  assert.equal((await client.response()).get('sec-websocket-protocol'), 'b')
})

test('noSubprotocol: accept omits the field, refuse answers 400, whether none was offered or none matches [S12.23]', async (t) => {
  const accepting = await serveFor(t, { subprotocols: ['chat'] })
  const refusing = await serveFor(t, { subprotocols: ['chat'], noSubprotocol: 'refuse' })
  for (const offered of [undefined, 'other']) {
    const accepted = await accepting.client()
    accepted.write(openingRequest('/', { 'Sec-WebSocket-Protocol': offered }))
    const response = await accepted.response()
    assert.deepEqual([response.status, response.get('sec-websocket-protocol')], [101, undefined])
    const refused = await refusing.client()
    refused.write(openingRequest('/', { 'Sec-WebSocket-Protocol': offered }))
    assert.equal((await refused.response()).status, 400)
  }
})

test('the hook reads a credential among the subprotocols, and it is neither echoed nor in an error message [S12.24]', async (t) => {
  const name = `base64url.bearer.authorization.k8s.io.${Buffer.from('s3cret').toString('base64url')}`
  const tokens: unknown[] = []
  const server = await serveFor(t, {
    subprotocols: ['chat'],
    upgrade: (request) => {
      tokens.push(readBearer(request.subprotocols))
      return {}
    },
  })
  const client = await server.client()
  client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': `${name}, chat` }))
  const response = await client.response()
  assert.equal(response.get('sec-websocket-protocol'), 'chat')
  assert.deepEqual(tokens, ['s3cret'])
  const refused = await server.client()
  refused.write(openingRequest('/', { 'Sec-WebSocket-Protocol': `${name}, ${name}` }))
  const { status, head, body } = await refused.response()
  assert.equal(status, 400)
  assert.doesNotMatch(head + body, /bearer|s3cret|czNjcmV0/)
})

test('401 with WWW-Authenticate, then the same connection with credentials gets 101 [S12.31, RFC 6455 §4.2.2]', async (t) => {
  const server = await serveFor(t, {
    upgrade: async (request) =>
      request.fields.get('authorization') === 'Basic ok'
        ? { context: 'me' }
        : new Response('who are you?', { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } }),
    open: (socket) => void socket.send(socket.context),
  })
  const client = await server.client()
  client.write(openingRequest())
  const response = await client.response()
  assert.deepEqual(
    [response.status, response.get('www-authenticate'), response.body, response.get('connection')],
    [401, 'Basic realm="x"', 'who are you?', undefined],
  )
  client.write(openingRequest('/', { Authorization: 'Basic ok' }))
  assert.equal((await client.response()).status, 101)
  assert.equal((await client.frame()).payload.toString(), 'me')
})

test('a redirect of the hook is complete: Location, length, no Accept [S12.32]', async (t) => {
  const server = await serveFor(t, { upgrade: () => Response.redirect('https://elsewhere.example/ws', 307) })
  const client = await server.client()
  client.write(openingRequest())
  const response = await client.response()
  assert.deepEqual([response.status, response.get('location'), response.get('content-length')], [307, 'https://elsewhere.example/ws', '0'])
  assert.equal(response.get('sec-websocket-accept'), undefined)
  assert.equal(response.get('connection'), 'close')
  await client.end()
})

test('a Response may be a 204 or carry fields that hawser writes itself; the answer is still well framed', async (t) => {
  const server = await serveFor(t, {
    upgrade: (request) =>
      request.path === '/204'
        ? new Response(null, { status: 204 })
        : new Response('abc', { status: 403, headers: { 'Transfer-Encoding': 'chunked', 'Content-Length': '99', 'X-Own': 'é' } }),
  })
  const empty = await server.client()
  empty.write(openingRequest('/204'))
  const nothing = await empty.response()
  assert.deepEqual([nothing.status, nothing.get('content-length')], [204, undefined])
  const client = await server.client()
  client.write(openingRequest())
  const response = await client.response()
  assert.deepEqual([response.status, response.get('transfer-encoding'), response.get('content-length'), response.body], [403, undefined, '3', 'abc'])
})

test('Origin: same-origin by default, absent is not a browser (RS3), others only when allowed [RS6, RFC 6455 §10.2, CVE-2018-14732, CVE-2025-24010]', async (t) => {
  const server = await serveFor(t, {})
  const open = await serveFor(t, { origins: 'any' })
  for (const [origin, host, status] of [
    ['http://localhost', 'localhost', 101],
    ['http://LOCALHOST:80', 'localhost', 101],
    ['https://localhost', 'localhost', 403],
    ['null', 'localhost', 403],
    [undefined, 'localhost', 101],
  ] as const) {
    const client = await server.client()
    client.write(openingRequest('/', { Origin: origin, Host: host }))
    assert.equal((await client.response()).status, status, `${origin}`)
    const anyOrigin = await open.client()
    anyOrigin.write(openingRequest('/', { Origin: origin, Host: host }))
    assert.equal((await anyOrigin.response()).status, 101)
  }
})

test('the hook is not called for a request that is refused earlier', async (t) => {
  const server = await serveFor(t, { paths: ['/ws'], upgrade: () => assert.fail('called') })
  for (const request of [openingRequest('/other'), openingRequest('/ws', { Origin: 'https://evil.example' })]) {
    const client = await server.client()
    client.write(request)
    assert.ok((await client.response()).status >= 400)
  }
})

test('a server that closes while a hook runs answers 503 or ends, and the signal fires', async (t) => {
  const started = deferred<void>()
  const aborted = deferred<void>()
  const server = await serveFor(t, {
    upgrade: (_request, { signal }) =>
      new Promise<object>(() => {
        signal.addEventListener('abort', () => aborted.resolve())
        started.resolve()
      }),
  })
  const client = await server.client()
  client.write(openingRequest())
  await started.promise
  const drained = server.drain()
  await aborted.promise
  assert.equal((await client.response()).status, 503)
  client.socket.end()
  await Promise.all([drained, once(client.socket, 'close')])
})

test('drain() does not wait for a client that reset while the upgrade hook decided', { timeout: 20_000 }, async (t) => {
  let asked: (() => void) | undefined
  let left: (() => void) | undefined
  const deciding = new Promise<void>((resolve) => void (asked = resolve))
  const gone = new Promise<void>((resolve) => void (left = resolve))
  const server = await serveFor(t, {
    upgrade: (_request, { signal }) => {
      signal.addEventListener('abort', () => left?.())
      asked?.()
      return new Promise<Record<never, never>>(() => undefined)
    },
  })
  const client = await server.client()
  client.write(openingRequest())
  await deciding
  client.socket.resetAndDestroy()
  await gone
  assert.equal((await server.drain({ graceMs: 100 })).terminated, 0)
})
