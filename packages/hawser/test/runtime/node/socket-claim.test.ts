import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { WebSocketServer } from 'ws'
import { UpgradeConflictError } from '../../../src/core/errors.ts'
import { attach } from '../../../src/runtime/node/serve.ts'
import type { ServerOptions } from '../../../src/server/options.ts'
import { clientFrame, openingRequest, RawClient } from '../../peers/raw-client.ts'

const foreign101 = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: crossOrigin\r\n\r\n'

interface Beside {
  readonly server: http.Server
  readonly errors: unknown[]
  attach(options?: ServerOptions): void
  client(): Promise<RawClient>
}

async function beside(t: TestContext): Promise<Beside> {
  const server = http.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const errors: unknown[] = []
  const ends: (() => unknown)[] = []
  t.after(async () => {
    for (const end of ends) await end()
    server.close()
    server.closeAllConnections()
  })
  return {
    server,
    errors,
    attach: (options = {}) => {
      const own = attach(server, { message: (socket, message) => void socket.send(message), error: (error) => void errors.push(error), ...options })
      ends.push(() => own.close())
    },
    client: async () => {
      const client = await RawClient.to({ port: (server.address() as AddressInfo).port })
      ends.unshift(() => client.destroy())
      return client
    },
  }
}

function assertConflict(errors: readonly unknown[], words: RegExp): void {
  assert.equal(errors.length, 1)
  assert.ok(errors[0] instanceof UpgradeConflictError)
  assert.match(errors[0].message, words)
}

for (const order of ['before', 'after'] as const) {
  test(`a connection that another listener, added ${order} the attachment, answers at once is left to it, and the conflict is reported`, async (t) => {
    const it = await beside(t)
    if (order === 'after') it.attach({ open: () => assert.fail('opened') })
    it.server.on('upgrade', (_request, socket) => void socket.write(foreign101))
    if (order === 'before') it.attach({ open: () => assert.fail('opened') })
    const client = await it.client()
    client.write(openingRequest('/both'))
    assert.equal((await client.response()).get('sec-websocket-accept'), 'crossOrigin')
    await new Promise(setImmediate)
    assert.equal(client.buffer.length, 0)
    assertConflict(it.errors, /another upgrade listener answered.* \/both/)
  })

  test(`a ws server on the same path, added ${order} the attachment, keeps its connections`, async (t) => {
    const it = await beside(t)
    if (order === 'after') it.attach({ open: () => assert.fail('opened') })
    const other = new WebSocketServer({ server: it.server })
    other.on('connection', (socket) => socket.on('message', (data) => socket.send(`ws ${data}`)))
    if (order === 'before') it.attach({ open: () => assert.fail('opened') })
    const client = await it.client()
    client.write(openingRequest(), clientFrame(1, 'hello'))
    assert.equal((await client.response()).status, 101)
    assert.equal((await client.frame()).payload.toString(), 'ws hello')
    assertConflict(it.errors, /answered/)
  })
}

test('a listener that only reads the socket, or ends it, has taken it too', async (t) => {
  for (const take of [
    (socket: NodeJS.ReadableStream) => void socket.on('data', () => undefined),
    (socket: { destroy(): void }) => socket.destroy(),
  ]) {
    const it = await beside(t)
    it.attach({ open: () => assert.fail('opened') })
    it.server.on('upgrade', (_request, socket) => take(socket as never))
    const client = await it.client()
    client.write(openingRequest())
    while (it.errors.length === 0) await new Promise(setImmediate)
    assert.equal(client.buffer.length, 0)
    assertConflict(it.errors, /answered/)
  }
})

for (const [how, answer] of [
  ['writes', (socket: NodeJS.WritableStream) => void (socket.write(foreign101), socket.write('more'))],
  ['ends', (socket: NodeJS.WritableStream) => void socket.end(foreign101)],
] as const) {
  test(`a listener that ${how} after the 101 changes nothing on the wire, and is reported once`, async (t) => {
    const it = await beside(t)
    it.attach()
    let late: (() => void) | undefined
    it.server.on('upgrade', (_request, socket) => void (late = () => answer(socket as never)))
    const client = await it.client()
    client.write(openingRequest())
    assert.equal((await client.response()).status, 101)
    late?.()
    client.write(clientFrame(1, 'still mine'))
    assert.equal((await client.frame()).payload.toString(), 'still mine')
    assert.equal(client.buffer.length, 0)
    assertConflict(it.errors, /tried to answer/)
  })
}

test('a listener that answers while the upgrade hook decides changes nothing on the wire', async (t) => {
  const it = await beside(t)
  let decide: (() => void) | undefined
  it.attach({ upgrade: () => new Promise((resolve) => void (decide = () => resolve({}))) })
  let crossOrigin: NodeJS.WritableStream | undefined
  it.server.on('upgrade', (_request, socket) => void (crossOrigin = socket as never))
  const client = await it.client()
  client.write(openingRequest())
  while (decide === undefined) await new Promise(setImmediate)
  crossOrigin?.write(foreign101)
  decide()
  assert.notEqual((await client.response()).get('sec-websocket-accept'), 'crossOrigin')
  assertConflict(it.errors, /tried to answer/)
})

test("next to another listener, hawser's paths and a retry after 401 still work", async (t) => {
  const it = await beside(t)
  it.attach({ paths: ['/ws'], upgrade: (request) => (request.fields.has('authorization') ? {} : new Response('', { status: 401 })) })
  it.server.on('upgrade', (request, socket) => {
    if (request.url === '/other') socket.write(foreign101)
  })
  const other = await it.client()
  other.write(openingRequest('/other'))
  assert.equal((await other.response()).get('sec-websocket-accept'), 'crossOrigin')
  const own = await it.client()
  own.write(openingRequest('/ws'))
  assert.equal((await own.response()).status, 401)
  own.write(openingRequest('/ws', { Authorization: 'x' }))
  assert.equal((await own.response()).status, 101)
  assert.deepEqual(it.errors, [])
})
