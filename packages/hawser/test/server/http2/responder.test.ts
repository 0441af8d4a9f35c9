import assert from 'node:assert/strict'
import { constants } from 'node:http2'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import type { ObservedHandshake } from '../../../src/connection/observer.ts'
import { localhost } from '../../certificates/index.ts'
import { http2Session, openStream } from '../../peers/http2-client.ts'
import { serveFor } from '../../peers/test-server.ts'

test('a refusal has the reason in its content, ends its side of the stream, and waits for the client to end its own', async (t) => {
  const server = await serveFor(t, { tls: localhost, paths: ['/ws'] })
  const peer = openStream(await http2Session(t, server.url), '/other')
  const response = await peer.response()
  assert.equal(response[':status'], 404)
  assert.equal(response['content-type'], 'text/plain; charset=utf-8')
  assert.ok(response.date)
  assert.match(await peer.body(), /no WebSocket resource at \/other/)
  peer.stream.end()
  assert.equal(await peer.gone(), constants.NGHTTP2_NO_ERROR)
})

test('a client that never ends its side after a refusal is reset with NO_ERROR after a while [RFC 9113 §8.1]', async (t) => {
  const server = await serveFor(t, { tls: localhost, paths: ['/ws'] })
  const peer = openStream(await http2Session(t, server.url), '/other')
  assert.equal(await peer.gone(), constants.NGHTTP2_NO_ERROR)
})

test('a Response of the hook goes out with its fields and content, without what HTTP/2 has no place for', async (t) => {
  const server = await serveFor(t, {
    tls: localhost,
    upgrade: (request) =>
      new Response('content', {
        status: request.path === '/426' ? 426 : 401,
        headers: [
          ['www-authenticate', 'A'],
          ['www-authenticate', 'B'],
          ['connection', 'close'],
          ['upgrade', 'x'],
        ],
      }),
  })
  const session = await http2Session(t, server.url)
  const peer = openStream(session)
  const response = await peer.response()
  assert.equal(response[':status'], 401)
  assert.equal(response['www-authenticate'], 'A, B')
  assert.equal(response['connection'], undefined)
  assert.equal(response['upgrade'], undefined)
  assert.equal(await peer.body(), 'content')
  assert.equal(await openStream(session, '/426').status(), 400)
})

for (const name of ['http2-settings', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'connection']) {
  test(`a Response of the hook with ${name} is sent without that field, and other streams continue [RFC 9113 §8.2.2]`, async (t) => {
    const server = await serveFor(t, { tls: localhost, upgrade: () => new Response('no', { status: 403, headers: { [name]: 'x', 'x-own': 'y' } }) })
    const response = await openStream(await http2Session(t, server.url)).response()
    assert.deepEqual([response[':status'], response[name], response['x-own']], [403, undefined, 'y'])
  })

  test(`an acceptance with ${name} is an error of the application and a 500 [RFC 9113 §8.2.2]`, async (t) => {
    const errors: unknown[] = []
    const server = await serveFor(t, { tls: localhost, upgrade: () => ({ headers: { [name]: 'x' } }), error: (error) => void errors.push(error) })
    assert.equal(await openStream(await http2Session(t, server.url)).status(), 500)
    assert.ok(errors[0] instanceof OptionError)
    assert.match(errors[0].message, new RegExp(name))
  })
}

test('a 2xx Response of the hook cannot refuse over HTTP/2, where it would open: it is a 500 and an error of the application', async (t) => {
  const errors: unknown[] = []
  const server = await serveFor(t, {
    tls: localhost,
    upgrade: () => new Response('fine', { status: 200 }),
    error: (error) => void errors.push(error),
  })
  const peer = openStream(await http2Session(t, server.url))
  assert.equal(await peer.status(), 500)
  assert.ok(errors[0] instanceof OptionError)
  assert.equal(server.connections.size, 0)
})

test('headers and cookies of an acceptance are in the 200, each cookie on a line', async (t) => {
  const server = await serveFor(t, { tls: localhost, upgrade: () => ({ headers: { 'X-Own': 'value' }, cookies: ['a=1', 'b=2; Secure'] }) })
  const response = await openStream(await http2Session(t, server.url)).response()
  assert.equal(response[':status'], 200)
  assert.equal(response['x-own'], 'value')
  assert.deepEqual(response['set-cookie'], ['a=1', 'b=2; Secure'])
})

test('an observer sees pseudo-header fields and fields as text, and the response with its content', async (t) => {
  const seen: ObservedHandshake[] = []
  const server = await serveFor(t, {
    tls: localhost,
    paths: ['/ws'],
    subprotocols: ['chat'],
    observe: { handshake: (event) => void seen.push(event) },
  })
  const session = await http2Session(t, server.url)
  await openStream(session, '/ws?x=1', { 'sec-websocket-protocol': 'chat' }).response()
  await openStream(session, '/other').response()
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1')
  assert.equal(
    text(seen[0]?.request),
    ':method: CONNECT\r\n:protocol: websocket\r\n:scheme: https\r\n:path: /ws?x=1\r\n:authority: localhost\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: chat\r\n\r\n',
  )
  assert.equal(text(seen[0]?.response), ':status: 200\r\nsec-websocket-protocol: chat\r\n\r\n')
  assert.equal(seen[0]?.transport?.httpVersion, '2')
  assert.equal(seen[1]?.status, 404)
  assert.match(text(seen[1]?.response), /^:status: 404\r\n[^]*\r\n\r\n404 Not Found/)
})

test('a stream that is reset while the hook runs aborts its signal, and nothing is answered', async (t) => {
  let reached = (): void => undefined
  const running = new Promise<void>((resolve) => (reached = resolve))
  let aborted = (): void => undefined
  const over = new Promise<void>((resolve) => (aborted = resolve))
  const server = await serveFor(t, {
    tls: localhost,
    upgrade: async (_request, { signal }) => {
      signal.addEventListener('abort', () => aborted())
      reached()
      await over
      return {}
    },
    open: () => assert.fail('it was opened'),
  })
  const peer = openStream(await http2Session(t, server.url))
  await running
  peer.stream.close(constants.NGHTTP2_CANCEL)
  await over
  await peer.gone()
  assert.equal(server.connections.size, 0)
})
