import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { attach } from '../../../src/runtime/node/serve.ts'
import type { ServerOptions } from '../../../src/server/options.ts'
import { clientFrame, openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const page = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n'
const echo: ServerOptions = { message: (socket, message) => void socket.send(message) }

/** Both requests of one segment have been emitted when it answers. */
const later: http.RequestListener = (_request, response) => void setImmediate(() => response.end('page'))

async function attached(t: TestContext, request: http.RequestListener, options: ServerOptions): Promise<RawClient> {
  const server = http.createServer(request)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = attach(server, options)
  const client = await RawClient.to({ port: (server.address() as AddressInfo).port })
  t.after(async () => {
    client.destroy()
    await own.close()
    server.close()
    server.closeAllConnections()
  })
  return client
}

async function listening(t: TestContext, request: http.RequestListener, options: ServerOptions): Promise<RawClient> {
  return (await serveFor(t, { ...options, request })).client()
}

for (const [how, connect] of [
  ['serve with a request handler', listening],
  ['attach', attached],
] as const) {
  test(`${how}: the 101 waits for the responses to the requests before it, and early frames with it [RFC 9112 §9.3.2]`, async (t) => {
    const client = await connect(t, later, echo)
    client.write(page, page, openingRequest(), clientFrame(1, 'early'))
    for (let i = 0; i < 2; i++) assert.equal((await client.response()).body, 'page')
    assert.equal((await client.response()).status, 101)
    assert.equal((await client.frame()).payload.toString(), 'early')
    client.write(clientFrame(1, 'again'))
    assert.equal((await client.frame()).payload.toString(), 'again')
  })

  test(`${how}: frames that arrive while the response is pending are kept`, async (t) => {
    let answer: (() => void) | undefined
    const client = await connect(t, (_request, response) => void (answer = () => response.end('page')), echo)
    client.write(page, openingRequest())
    while (answer === undefined) await new Promise(setImmediate)
    client.write(clientFrame(1, 'one'))
    await new Promise(setImmediate)
    client.write(clientFrame(1, 'two'))
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    answer()
    assert.equal((await client.response()).body, 'page')
    assert.equal((await client.response()).status, 101)
    assert.deepEqual([(await client.frame()).payload.toString(), (await client.frame()).payload.toString()], ['one', 'two'])
  })

  for (const [what, request, status] of [
    ['404', openingRequest('/elsewhere'), 404],
    ['426', openingRequest('/', { 'Sec-WebSocket-Version': '7' }), 426],
    ['431', openingRequest().replace('\r\n\r\n', `\r\n${'a: b\r\n'.repeat(150)}\r\n`), 431],
    ['ordinary answer to another Upgrade', 'GET /h2c HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', 200],
  ] as const) {
    test(`${how}: a ${what} waits for the responses before it as well`, async (t) => {
      const client = await connect(t, later, { ...echo, paths: ['/'] })
      client.write(page, request)
      assert.equal((await client.response()).body, 'page')
      assert.equal((await client.response()).status, status)
    })
  }

  test(`${how}: a 401 waits as well, and the connection takes the request with credentials after it`, async (t) => {
    const upgrade: ServerOptions['upgrade'] = (request) => (request.fields.has('authorization') ? {} : new Response('', { status: 401 }))
    const client = await connect(t, later, { ...echo, upgrade })
    client.write(page, openingRequest())
    assert.equal((await client.response()).status, 200)
    assert.equal((await client.response()).status, 401)
    client.write(page, openingRequest('/', { Authorization: 'x' }))
    assert.equal((await client.response()).status, 200)
    assert.equal((await client.response()).status, 101)
  })

  test(`${how}: a large response with backpressure is not held up by the request behind it`, async (t) => {
    const size = 20_000_000
    const pieces = function* (): Generator<Buffer> {
      for (let sent = 0; sent < size; sent += 100_000) yield Buffer.alloc(100_000, 'x')
    }
    const client = await connect(
      t,
      (_request, response) => {
        response.setHeader('Content-Length', size)
        Readable.from(pieces()).pipe(response)
      },
      echo,
    )
    let received = 0
    let tail = ''
    client.socket.removeAllListeners('data')
    client.socket.on('data', (chunk) => {
      received += chunk.byteLength
      tail = (tail + chunk.toString('latin1')).slice(-1_000)
    })
    client.write(page, openingRequest())
    while (!tail.includes('HTTP/1.1 101 ')) await once(client.socket, 'data')
    assert.ok(received > size)
  })

  test(`${how}: a response that closes the connection is the last [RFC 9112 §9.6]`, async (t) => {
    const closing: http.RequestListener = (_request, response) => void setImmediate(() => response.setHeader('Connection', 'close').end('page'))
    const client = await connect(t, closing, { ...echo, open: () => assert.fail('opened') })
    client.write(page, openingRequest())
    assert.equal((await client.response()).body, 'page')
    await client.end()
    assert.equal(client.buffer.length, 0)
  })

  test(`${how}: a client that ends its side meanwhile gets the response and no 101`, async (t) => {
    let answer: (() => void) | undefined
    const client = await connect(t, (_request, response) => void (answer = () => response.end('page')), {
      ...echo,
      open: () => assert.fail('opened'),
    })
    client.write(page, openingRequest())
    while (answer === undefined) await new Promise(setImmediate)
    client.socket.end()
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    answer()
    assert.equal((await client.response()).body, 'page')
    await client.gone()
    assert.equal(client.buffer.length, 0)
  })

  test(`${how}: a client that resets meanwhile ends nothing but its connection`, async (t) => {
    let answer: (() => void) | undefined
    let gone: (() => void) | undefined
    const left = new Promise<void>((resolve) => void (gone = resolve))
    const client = await connect(
      t,
      (request, response) => {
        answer = () => response.end('page')
        request.socket.on('close', () => gone?.())
      },
      { ...echo, open: () => assert.fail('opened') },
    )
    client.write(page, openingRequest())
    while (answer === undefined) await new Promise(setImmediate)
    client.socket.resetAndDestroy()
    await left
    answer()
  })
}

test('close() ends a connection whose pipelined Upgrade waits for a response that never comes', { timeout: 20_000 }, async (t) => {
  let asked: (() => void) | undefined
  const waiting = new Promise<void>((resolve) => void (asked = resolve))
  const server = await serveFor(t, { request: () => asked?.() })
  const client = await server.client()
  client.write(page, openingRequest())
  await waiting
  await server.close()
  await client.gone()
})
