/** WebSockets over a server of node:http2, which `ws` does not have. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http2'
import type { Http2Server, Http2ServerRequest } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect, HandshakeError, permessageDeflate } from 'hawser'
import { WebSocket, WebSocketServer } from '@hawser/ws'
import type { ServerOptions } from '@hawser/ws'

async function serve(
  t: TestContext,
  options: ServerOptions = {},
  listener?: Parameters<typeof createServer>[1],
): Promise<{ wss: any; url: string; server: Http2Server }> {
  const server = listener === undefined ? createServer() : createServer({}, listener)
  const wss = new WebSocketServer({ server, ...options })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const client of wss.clients ?? []) client.terminate()
    server.close()
  })
  return { wss, server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/chat?a=b` }
}

const over2 = { http: '2' } as const

test('an Extended CONNECT opens a WebSocket with messages, Pings, a subprotocol and compression [RFC 8441 §5]', async (t) => {
  const { wss, url } = await serve(t, { handleProtocols: (set) => [...set].at(-1) ?? false, perMessageDeflate: true })
  const connected = once(wss, 'connection') as Promise<[WebSocket, Http2ServerRequest]>
  wss.on('headers', (lines: string[]) => lines.push('X-Own: a'))
  let fields: readonly (readonly [string, string])[] = []
  const response = (received: { readonly fields: typeof fields }): void => {
    fields = received.fields
  }
  const client = await connect(url, { ...over2, response, subprotocols: ['a', 'b'], extensions: [permessageDeflate()] })
  const [socket, request] = await connected
  assert.deepEqual(
    [request.method, request.url, request.headers['host'], request.socket.remoteAddress],
    ['CONNECT', '/chat?a=b', undefined, '127.0.0.1'],
  )
  assert.deepEqual([socket.protocol, socket.extensions, client.subprotocol, wss.clients.size], ['b', 'permessage-deflate', 'b', 1])
  assert.ok(fields.some(([name, value]) => name === 'x-own' && value === 'a'))
  const received: unknown[] = []
  socket.on('message', (data, isBinary) => {
    received.push([String(data).slice(0, 5), isBinary])
    socket.send(data as Buffer, { binary: isBinary }, () => received.push('sent'))
  })
  client.send('text '.repeat(100_000))
  assert.equal(await client.receive(), 'text '.repeat(100_000))
  client.send(new Uint8Array([0x62]))
  assert.deepEqual(await client.receive(), new Uint8Array([0x62]))
  assert.ok((await client.ping()) >= 0)
  const closed = once(socket, 'close')
  await client.close(4000, 'done')
  assert.deepEqual((await closed).map(String), ['4000', 'done'])
  assert.deepEqual(received, [['text ', false], 'sent', ['b', true], 'sent'])
})

test('ordinary requests, and HTTP/1.1 clients beside it, stay with the server', async (t) => {
  const { url } = await serve(t, {}, (_request, response) => void response.end('ordinary'))
  const { connect: session } = await import('node:http2')
  const client = session(url.replace('ws:', 'http:'))
  t.after(() => client.close())
  const stream = client.request({ ':path': '/' })
  stream.setEncoding('utf8')
  let content = ''
  for await (const chunk of stream) content += chunk
  assert.equal(content, 'ordinary')
})

test('path, verifyClient and a malformed request are refused with a status code', async (t) => {
  const refusals: readonly (readonly [ServerOptions, object, number, string])[] = [
    [{ path: '/other' }, {}, 400, 'Bad Request'],
    [{ verifyClient: () => false }, {}, 401, 'Unauthorized'],
    [{ verifyClient: (_info, callback) => callback(false, 429, 'later', { 'Retry-After': '7' }) }, {}, 429, 'later'],
  ]
  for (const [options, more, status, body] of refusals) {
    const { url } = await serve(t, options)
    await assert.rejects(connect(url, { ...over2, ...more }), (error) => {
      assert.ok(error instanceof HandshakeError)
      assert.deepEqual([error.status, Buffer.from(error.response?.body ?? []).toString()], [status, body])
      return true
    })
  }
})

test('close of the server takes its listeners away', async (t) => {
  const { wss, url } = await serve(t, {}, (_request, answer) => void answer.end())
  wss.close()
  await once(wss, 'close')
  await assert.rejects(connect(url, over2), HandshakeError)
})

test('terminate resets the stream alone', async (t) => {
  const { wss, url } = await serve(t)
  wss.on('connection', (socket: WebSocket, request: Http2ServerRequest) => {
    if (request.url === '/gone') socket.terminate()
    else socket.on('message', (data) => socket.send(String(data)))
  })
  const stays = await connect(url, over2)
  const goes = await connect(new URL('/gone', url), over2)
  assert.equal((await goes.closed).code, 1006)
  stays.send('still here')
  assert.equal(await stays.receive(), 'still here')
  await stays.close()
})
