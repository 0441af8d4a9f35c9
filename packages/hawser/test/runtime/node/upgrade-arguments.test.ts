import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { OptionError, UpgradeConflictError } from '../../../src/core/errors.ts'
import { createServer } from '../../../src/runtime/node/serve.ts'
import { openingRequest, RawClient } from '../../peers/raw-client.ts'

async function listen(t: TestContext): Promise<{ server: http.Server; client: () => Promise<RawClient> }> {
  const server = http.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const client = async (): Promise<RawClient> => {
    const client = await RawClient.to({ port: (server.address() as AddressInfo).port })
    t.after(() => client.destroy())
    return client
  }
  return { server, client }
}

test('handleUpgrade names the argument that is wrong, and leaves the socket to the application', async (t) => {
  const { server, client } = await listen(t)
  const own = createServer({ open: () => assert.fail('opened') })
  t.after(() => own.close())
  server.on('upgrade', (request, socket, head) => {
    const handle = own.handleUpgrade.bind(own) as (...given: unknown[]) => void
    for (const [given, option] of [
      [[undefined, socket, head], 'request'],
      [[{}, socket, head], 'request'],
      [[request.url, socket, head], 'request'],
      [[socket, request, head], 'request'],
      [[request, undefined, head], 'socket'],
      [[request, {}, head], 'socket'],
      [[request, request, head], 'socket'],
      [[request, { on() {}, write() {} }, head], 'socket'],
      [[request, new PassThrough().setEncoding('utf8'), head], 'socket'],
      [[request, socket], 'head'],
      [[request, socket, ''], 'head'],
    ] as const) {
      assert.throws(
        () => handle(...given),
        (error) => error instanceof OptionError && error.option === option,
        option,
      )
    }
    socket.end('HTTP/1.1 418 I am a teapot\r\nContent-Length: 0\r\n\r\n')
  })
  const one = await client()
  one.write(openingRequest('/'))
  assert.equal((await one.response()).status, 418)
})

test('handleUpgrade refuses a socket that was answered or is read, and one that it has already', async (t) => {
  const { server, client } = await listen(t)
  const own = createServer({ message: (socket, message) => socket.send(message) })
  t.after(() => own.close())
  const errors: unknown[] = []
  server.on('upgrade', (request, socket, head) => {
    const path = request.url
    const ignore = (): void => undefined
    if (path === '/answered') socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
    if (path === '/read') socket.on('data', ignore)
    if (path === '/twice') own.handleUpgrade(request, socket, head)
    try {
      own.handleUpgrade(request, socket, head)
    } catch (error) {
      errors.push(error)
    }
    if (path !== '/read') return
    socket.off('data', ignore)
    own.handleUpgrade(request, socket, head)
  })
  for (const [path, status] of [
    ['/answered', 401],
    ['/read', 101],
    ['/twice', 101],
  ] as const) {
    const one = await client()
    one.write(openingRequest(path))
    assert.equal((await one.response()).status, status, path)
  }
  assert.deepEqual(
    errors.map((error) => error instanceof UpgradeConflictError && error.message.replace(/:.*/, '')),
    ['this socket was answered and ended already', 'somebody else reads from this socket already', 'this socket was claimed already'],
  )
})

test('handleUpgrade refuses the request of a request event and one of HTTP/2', async (t) => {
  const { server, client } = await listen(t)
  const own = createServer({ open: () => assert.fail('opened') })
  t.after(() => own.close())
  const errors: unknown[] = []
  const listener = (request: http.IncomingMessage | http2.Http2ServerRequest, response: { end(): void }): void => {
    try {
      own.handleUpgrade(request as http.IncomingMessage, request.socket, Buffer.alloc(0))
    } catch (error) {
      errors.push(error)
    }
    response.end()
  }
  server.on('request', listener)
  const one = await client()
  one.write(openingRequest('/'))
  assert.equal((await one.response()).status, 200)
  const second = http2.createServer(listener).listen(0, '127.0.0.1')
  t.after(() => second.close())
  await once(second, 'listening')
  const session = http2.connect(`http://127.0.0.1:${(second.address() as AddressInfo).port}`)
  t.after(() => session.close())
  await once(session.request({ ':path': '/' }), 'response')
  assert.deepEqual(
    errors.map((error) => error instanceof OptionError && [error.option, error.expected]),
    [
      ['request', 'the request of an `upgrade` event, not that of a `request` event'],
      ['request', 'a request of HTTP/1.1; `attach` handles those of HTTP/2'],
    ],
  )
})

test('a client that went away before handleUpgrade costs nothing: no error, no connection', async (t) => {
  const { server, client } = await listen(t)
  const own = createServer({ open: () => assert.fail('opened'), error: (error) => assert.fail(String(error)) })
  t.after(() => own.close())
  const handled = new Promise<void>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      socket.once('close', () => {
        own.handleUpgrade(request, socket, head)
        setImmediate(resolve)
      })
      socket.destroy()
    })
  })
  const one = await client()
  one.write(openingRequest('/'))
  await handled
  assert.equal(own.connections.size, 0)
})

test('a client that ends its side before handleUpgrade is called loses its connection, even without keepalive', async (t) => {
  const { server, client } = await listen(t)
  const closed = new Promise<number>((resolve) => {
    const own = createServer({ keepalive: false, close: (_socket, { code }) => resolve(code) })
    t.after(() => own.close())
    server.on('upgrade', (request, socket, head) => {
      socket.on('end', () => own.handleUpgrade(request, socket, head))
    })
  })
  const one = await client()
  one.write(openingRequest('/'))
  one.socket.end()
  assert.equal(await closed, 1006)
})
