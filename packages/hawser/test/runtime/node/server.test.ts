import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import type { CloseInfo } from '../../../src/core/protocol/events.ts'
import { connect } from '../../../src/runtime/node/connect.ts'
import { createServer } from '../../../src/runtime/node/serve.ts'
import { localhost, selfsigned } from '../../certificates/index.ts'
import { openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

test('connections is a set of the open connections', async (t) => {
  const server = await serveFor(t, { message() {} })
  const client = await server.client()
  client.write(openingRequest())
  await client.response()
  const [socket] = [...server.connections]
  assert.equal(socket?.readyState, 'OPEN')
  assert.equal(socket?.transport.remoteAddress, '127.0.0.1')
  client.destroy()
  const info = await socket?.closed
  assert.equal(info?.code, 1006)
  assert.equal(server.connections.size, 0)
})

test('drain and close may be called in any order and more than once', async (t) => {
  const server = await serveFor(t, {})
  const results = await Promise.all([server.drain(), server.drain({ graceMs: 1 }), server.close(), server.drain()])
  assert.deepEqual(results, [
    { closed: 0, failed: 0, terminated: 0 },
    { closed: 0, failed: 0, terminated: 0 },
    undefined,
    { closed: 0, failed: 0, terminated: 0 },
  ])
})

async function httpServer(t: TestContext): Promise<{ http: Server; port: number }> {
  const http = createHttpServer()
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => {
    http.close()
    http.closeAllConnections()
  })
  return { http, port: (http.address() as AddressInfo).port }
}

test('createServer listens nowhere and handles the Upgrades it is given, with the context that the application has decided on', async (t) => {
  const { http, port } = await httpServer(t)
  const server = createServer({
    subprotocols: ['chat'],
    upgrade: (): { context: { user: string } } => assert.fail('the application has decided'),
    open: (socket) => void socket.send(`${socket.context.user} ${socket.subprotocol}`),
  })
  t.after(() => server.close())
  http.on('upgrade', (request, socket, head) => {
    server.handleUpgrade(request, socket, head, { context: { user: 'ann' }, headers: { 'X-Own': 'yes' } })
  })
  const client = await RawClient.to({ port })
  t.after(() => client.destroy())
  client.write(openingRequest('/', { 'Sec-WebSocket-Protocol': 'chat' }))
  const response = await client.response()
  assert.deepEqual([response.status, response.get('x-own')], [101, 'yes'])
  assert.equal((await client.frame()).payload.toString(), 'ann chat')
  assert.equal(server.connections.size, 1)
})

test('an acceptance in handleUpgrade overrules no check: origin, limits and its own members', async (t) => {
  const { http, port } = await httpServer(t)
  const errors: unknown[] = []
  const server = createServer({ error: (error) => void errors.push(error), open: () => assert.fail('opened') })
  t.after(() => server.close())
  const acceptances: unknown[] = [{}, { user: 'ann' }, { subprotocol: 'not offered' }]
  http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head, acceptances.shift() as never))
  for (const [fields, status] of [
    [{ Origin: 'https://evil.example' }, 403],
    [{}, 500],
    [{}, 500],
  ] as const) {
    const client = await RawClient.to({ port })
    t.after(() => client.destroy())
    client.write(openingRequest('/', fields))
    assert.equal((await client.response()).status, status)
  }
  assert.match(String(errors), /"user".*acceptance\.subprotocol/s)
})

test('a server that was closed or drained cannot be attached any more, and takes no path of the HTTP server', async (t) => {
  const { http } = await httpServer(t)
  for (const end of ['close', 'drain'] as const) {
    const server = createServer({ paths: ['/'], message() {} })
    const ended = server[end]()
    assert.throws(() => server.attach(http), { name: 'OptionError', option: 'attach', message: /closed or drained/ })
    await ended
    assert.throws(() => server.attach(http), { option: 'attach' })
  }
  assert.equal(http.listenerCount('upgrade'), 0)
})

test('setSecureContext changes the certificate of new connections, and refuses one that cannot be used', async (t) => {
  const server = await serveFor(t, { tls: localhost })
  const shown = async (): Promise<string | undefined> => {
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
    t.after(() => socket.destroy())
    await once(socket, 'secureConnect')
    return socket.getPeerCertificate().fingerprint256
  }
  const fingerprint = ({ cert }: { cert: string }): string => new X509Certificate(cert).fingerprint256
  assert.equal(await shown(), fingerprint(localhost))
  server.setSecureContext(selfsigned)
  assert.equal(await shown(), fingerprint(selfsigned))
  assert.throws(() => server.setSecureContext({ cert: localhost.cert, key: selfsigned.key }), { name: 'OptionError', option: 'key' })
  assert.throws(() => server.setSecureContext({ cert: 'x', key: localhost.key }), { name: 'OptionError', option: 'cert' })
  assert.equal(await shown(), fingerprint(selfsigned))
  const plain = await serveFor(t, {})
  assert.throws(() => plain.setSecureContext(localhost), { name: 'OptionError', option: 'setSecureContext' })
})

test('unref lets the process end although the server listens, ref takes that back', async () => {
  const program = (calls: string): string =>
    `import { serve } from './packages/hawser/src/runtime/node/serve.ts'
     const server = await serve({}); ${calls}; process.on('exit', () => console.log('over'))
     setTimeout(() => process.exit(3), 2_000).unref()`
  const run = (calls: string): Promise<number | null> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(calls)], { stdio: 'ignore' })
      child.on('exit', resolve)
    })
  assert.deepEqual(await Promise.all([run('server.unref()'), run('server.unref(); server.ref()')]), [0, 3])
})

test('await using ends a socket with a closing handshake and a server with a drain', async (t) => {
  const server = await serveFor(t, { message() {} })
  let closed: Promise<CloseInfo>
  {
    await using socket = await connect(server.url)
    closed = socket.closed
  }
  assert.deepEqual(((info) => [info.code, info.wasClean])(await closed), [1000, true])
  await server[Symbol.asyncDispose]()
  await assert.rejects(connect(server.url))
})

test('the upgrade hook gets the values of the names in a path pattern; other paths get 404', async (t) => {
  const server = await serveFor(t, {
    paths: ['/rooms/:id'],
    upgrade: ({ parameters }) => ({ context: parameters.id }),
    open: (socket) => socket.send(socket.context),
  })
  const client = await server.client()
  client.write(openingRequest('/rooms/caf%C3%A9?x=1'))
  assert.equal((await client.response()).status, 101)
  assert.equal((await client.frame()).payload.toString(), 'café')
  const other = await server.client()
  other.write(openingRequest('/rooms'))
  assert.equal((await other.response()).status, 404)
})
