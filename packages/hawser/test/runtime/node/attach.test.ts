import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { attach, serve } from '../../../src/runtime/node/serve.ts'
import { clientFrame, openingRequest, RawClient } from '../../peers/raw-client.ts'

const echo = { message: (socket: { send(message: string | Uint8Array): unknown }, message: string | Uint8Array) => void socket.send(message) }

async function listen(
  t: TestContext,
  handler: http.RequestListener = (request, response) => void response.end(`page ${request.url}`),
): Promise<{ server: http.Server; client(): Promise<RawClient> }> {
  const server = http.createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const clients: RawClient[] = []
  t.after(() => {
    for (const client of clients) client.destroy()
    server.close()
    server.closeAllConnections()
  })
  return {
    server,
    client: async () => {
      const client = await RawClient.to({ port: (server.address() as AddressInfo).port })
      clients.push(client)
      return client
    },
  }
}

async function expectEcho(client: RawClient, request: string): Promise<void> {
  client.write(request, clientFrame(1, 'with the head'))
  assert.equal((await client.response()).status, 101)
  assert.equal((await client.frame()).payload.toString(), 'with the head')
}

test('attach upgrades on its paths, delivers the bytes that came with the request, and leaves ordinary requests alone', async (t) => {
  const { server, client } = await listen(t)
  attach(server, { ...echo, paths: ['/ws'] })
  await expectEcho(await client(), openingRequest('/ws?x=1'))
  const plain = await client()
  plain.write('GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await plain.response()).body, 'page /hello')
  plain.write(openingRequest('/ws'))
  assert.equal((await plain.response()).status, 101)
})

test('two servers on different paths of one HTTP server work together; a third on a path that is taken is refused at once', async (t) => {
  const { server, client } = await listen(t)
  const first = attach(server, { paths: ['/a'], open: (socket) => void socket.send('first') })
  attach(server, { paths: ['/b'], open: (socket) => void socket.send('second') })
  assert.throws(
    () => attach(server, { paths: ['/b'] }),
    (error: OptionError) => error instanceof OptionError && error.option === 'paths',
  )
  for (const [path, text] of [
    ['/a', 'first'],
    ['/b', 'second'],
  ] as const) {
    const one = await client()
    one.write(openingRequest(path))
    assert.equal((await one.response()).status, 101)
    assert.equal((await one.frame()).payload.toString(), text)
  }
  await first.close()
  const after = await client()
  after.write(openingRequest('/a'))
  assert.equal((await after.response()).status, 404)
})

test('a path without an attachment is left to other upgrade listeners; without any it gets 404 [RS8]', async (t) => {
  const { server, client } = await listen(t)
  attach(server, { ...echo, paths: ['/ws'] })
  const refused = await client()
  refused.write(openingRequest('/other'))
  assert.equal((await refused.response()).status, 404)
  server.on('upgrade', (request, socket) => {
    if (request.url === '/other') socket.end('HTTP/1.1 499 Mine\r\nContent-Length: 0\r\n\r\n')
  })
  const left = await client()
  left.write(openingRequest('/other'))
  assert.equal((await left.response()).status, 499)
  await expectEcho(await client(), openingRequest('/ws'))
})

test('a client that resets a handshake that no upgrade listener answers does not end the process', async (t) => {
  const { server, client } = await listen(t)
  attach(server, { ...echo, paths: ['/ws'] })
  const given = new Promise<Duplex>((resolve) => server.on('upgrade', (_request, socket) => resolve(socket)))
  const ignored = await client()
  ignored.write(openingRequest('/nobody'))
  const socket = await given
  // Not `once`, which listens for errors itself.
  const closed = new Promise<void>((resolve) => socket.on('close', resolve))
  socket.resume()
  ignored.socket.resetAndDestroy()
  await closed
})

test('an Upgrade that is not WebSocket is ignored, and the request answered in the ordinary way [RFC 9110 §7.8]', async (t) => {
  const { server, client } = await listen(t, async (request, response) => {
    let content = ''
    for await (const chunk of request) content += String(chunk)
    response.end(`${request.method} ${request.url} ${content}`)
  })
  attach(server, echo)
  const one = await client()
  one.write(
    'POST /p HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 4\r\n\r\nbody',
  )
  assert.equal((await one.response()).body, 'POST /p body')
})

test('refusals over an attached server are as complete as the others [S12.10]', async (t) => {
  const { server, client } = await listen(t)
  attach(server, { ...echo, paths: ['/ws'] })
  for (const [request, status] of [
    [openingRequest('/ws', { 'Sec-WebSocket-Version': '12' }), 426],
    [openingRequest('/ws', { Origin: 'https://evil.example' }), 403],
    [openingRequest('/ws', { 'Sec-WebSocket-Key': 'short' }), 400],
    [openingRequest('/ws', {}, 'POST'), 405],
    [openingRequest('/ws').replace('\r\n\r\n', `\r\n${'a: b\r\n'.repeat(300)}\r\n`), 431],
  ] as const) {
    const one = await client()
    one.write(request)
    const response = await one.response()
    assert.equal(response.status, status)
    assert.equal(response.get('sec-websocket-accept'), undefined)
    assert.equal(response.get('sec-websocket-version'), status === 426 ? '13' : undefined)
    assert.match(response.get('connection') ?? '', /close/)
  }
})

test('over an attached server: 401, then credentials on the same connection [S12.31]', async (t) => {
  const { server, client } = await listen(t)
  attach(server, { ...echo, upgrade: (request) => (request.fields.has('authorization') ? {} : new Response('', { status: 401 })) })
  const one = await client()
  one.write(openingRequest('/'))
  assert.equal((await one.response()).status, 401)
  one.write(openingRequest('/', { Authorization: 'x' }))
  assert.equal((await one.response()).status, 101)
})

test('a socket can be claimed once: the second listener gets an error with a clear message, and the connection stays open [A28]', async (t) => {
  const { server, client } = await listen(t)
  const own = await serve({ ...echo })
  t.after(() => own.close())
  const errors: unknown[] = []
  server.on('upgrade', (request, socket, head) => own.handleUpgrade(request, socket, head))
  server.on('upgrade', (request, socket, head) => {
    try {
      own.handleUpgrade(request, socket, head)
    } catch (error) {
      errors.push(error)
    }
  })
  await expectEcho(await client(), openingRequest('/'))
  assert.match(String(errors), /claimed already/)
})

test('an attachment leaves a socket alone that another listener has claimed before it [A28]', async (t) => {
  const { server, client } = await listen(t)
  const own = await serve({ ...echo })
  t.after(() => own.close())
  server.on('upgrade', (request, socket, head) => own.handleUpgrade(request, socket, head))
  attach(server, { message: () => assert.fail('it has no connection') })
  await expectEcho(await client(), openingRequest('/'))
})

test('thousands of fields with Upgrade last do not end the process [CVE-2024-37890]', async (t) => {
  const { server, client } = await listen(t)
  server.maxHeadersCount = 50
  attach(server, echo)
  const one = await client()
  one.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n${'a: b\r\n'.repeat(1500)}Upgrade: websocket\r\n\r\n`)
  assert.ok((await one.response()).status >= 200)
  await expectEcho(await client(), openingRequest('/'))
})

test('a server that listens also takes the handshakes of an HTTP server, and its drain leaves that one listening', async (t) => {
  const { server, client } = await listen(t)
  const own = await serve({ ...echo })
  own.attach(server, { paths: ['/ws'] })
  const one = await client()
  await expectEcho(one, openingRequest('/ws'))
  const drained = own.drain({ graceMs: 100 })
  assert.equal((await one.closeFrame()).code, 1001)
  await drained
  const plain = await client()
  plain.write('GET /still HTTP/1.1\r\nHost: a\r\n\r\n')
  assert.equal((await plain.response()).body, 'page /still')
})

test('attach refuses a value that is not an HTTP server, and unknown options', () => {
  assert.throws(() => attach({} as http.Server, {}), OptionError)
  for (const options of [{ path: '/chat' }, { port: 80 }]) {
    assert.throws(() => attach(http.createServer(), options as object), { name: 'OptionError', option: Object.keys(options)[0] })
  }
})
