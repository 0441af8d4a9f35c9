import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandshakeError } from '../../src/core/errors.ts'
import { json } from '../../src/core/subprotocols/index.ts'
import { ManualClock, memoryServer, settle } from '../../src/testing/index.ts'
import { permessageDeflate } from '../../src/runtime/node/zlib/permessage-deflate.ts'

const refusal = async (connecting: Promise<unknown>): Promise<HandshakeError> => {
  try {
    await connecting
  } catch (error) {
    assert.ok(error instanceof HandshakeError, String(error))
    return error
  }
  return assert.fail('the handshake succeeded')
}

test('hook, path parameters, subprotocols, context, handlers and broadcast work without a port', async () => {
  const closed: string[] = []
  const server = memoryServer({
    paths: ['/rooms/:id'],
    subprotocols: { 'chat.v2': json() },
    upgrade: ({ fields, parameters, url }) =>
      fields.get('authorization') === 'Bearer ok'
        ? { context: { room: parameters.id, user: url.searchParams.get('user') } }
        : new Response('who are you?', { status: 401 }),
    open: (socket) => void socket.send({ welcome: socket.context.user } as never),
    message: (socket, message) => void server.broadcast(message as never, { filter: (other) => other.context.room === socket.context.room }),
    close: (socket, { code }) => void closed.push(`${socket.context.user} ${code}`),
  })
  const connect = (room: string, user: string) =>
    server.connect(`/rooms/${room}?user=${user}`, { subprotocols: { 'chat.v2': json() }, headers: { Authorization: 'Bearer ok' } })
  const [ann, bob, eve] = [await connect('1', 'ann'), await connect('1', 'bob'), await connect('2', 'eve')]
  assert.equal(server.connections.size, 3)
  for (const [socket, name] of [
    [ann, 'ann'],
    [bob, 'bob'],
    [eve, 'eve'],
  ] as const)
    assert.deepEqual(await socket.receive(), { welcome: name })
  ann.send({ text: 'hello' } as never)
  assert.deepEqual(await bob.receive(), { text: 'hello' })
  assert.deepEqual(await ann.receive(), { text: 'hello' })
  await ann.close(1000)
  assert.deepEqual(closed, ['ann 1000'])
  const result = server.drain()
  assert.equal((await bob.closed).code, 1001)
  assert.deepEqual(await result, { closed: 2, failed: 0, terminated: 0 })
  assert.deepEqual([server.clock.now(), server.clock.pending, server.errors], [0, 0, []])
})

test('refusals arrive as a HandshakeError with status, fields and content', async () => {
  const server = memoryServer({
    paths: ['/chat'],
    subprotocols: ['chat'],
    noSubprotocol: 'refuse',
    upgrade: () => new Response('no', { status: 403, headers: { 'X-Why': 'because' } }),
  })
  assert.equal((await refusal(server.connect('/other', { subprotocols: ['chat'] }))).status, 404)
  assert.equal((await refusal(server.connect('/chat'))).status, 400)
  assert.equal((await refusal(server.connect('/chat', { subprotocols: ['chat'], origin: 'https://evil.example' }))).status, 403)
  const { status, response } = await refusal(server.connect('/chat', { subprotocols: ['chat'] }))
  assert.deepEqual([status, Buffer.from(response?.body ?? []).toString()], [403, 'no'])
  assert.ok(response?.fields.some(([name, value]) => name.toLowerCase() === 'x-why' && value === 'because'))
  assert.equal(server.connections.size, 0)
  await settle()
  assert.equal(server.clock.pending, 0)
})

test('time limits count on the manual clock: a hook that never answers, a head that never ends', async () => {
  const server = memoryServer({ upgrade: () => new Promise<{ context: undefined }>(() => undefined), limits: { handshakeMs: 3_000 } })
  const failed = refusal(server.connect('/', { limits: { handshakeMs: 60_000 } }))
  await server.clock.advance(2_900)
  await server.clock.advance(200)
  assert.equal((await failed).status, 503)
  const link = server.link()
  const received: string[] = []
  link.client.attach({ data: (chunk) => void received.push(Buffer.from(chunk).toString()), end() {}, drained() {}, closed() {} })
  link.client.write([Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n')])
  link.client.resume()
  await server.clock.advance(3_100)
  assert.match(received.join(''), /^HTTP\/1\.1 408 /)
})

test('limits of the whole server see the address of each link, and trustProxy the one that a proxy names', async () => {
  const seen: (string | undefined)[] = []
  const server = memoryServer({
    trustProxy: ['10.0.0.0/8'],
    limits: { connectionsPerAddress: 1, connections: 3 },
    upgrade: ({ remoteAddress }) => {
      seen.push(remoteAddress)
      return {}
    },
  })
  await server.link({ remoteAddress: '203.0.113.1' }).connect('/')
  assert.equal((await refusal(server.link({ remoteAddress: '203.0.113.1' }).connect('/'))).status, 429)
  await server.link({ remoteAddress: '2001:db8::1' }).connect('/')
  await server.link({ remoteAddress: '10.1.2.3' }).connect('/', { headers: { Forwarded: 'for=198.51.100.9' } })
  assert.deepEqual(seen, ['203.0.113.1', '2001:db8::1', '198.51.100.9'])
  assert.equal((await refusal(server.connect('/'))).status, 503)
})

test('wss URLs and secure links are secure at both ends, and a mixture is an OptionError', async () => {
  const urls: string[] = []
  const server = memoryServer({
    upgrade: ({ url, transport }) => {
      urls.push(`${url.href} ${transport.secure}`)
      return {}
    },
  })
  await server.connect('wss://chat.example/room')
  await server.link({ secure: true }).connect('/')
  await server.connect(new URL('ws://localhost/x?y'))
  assert.deepEqual(urls, ['wss://chat.example/room true', 'wss://localhost/ true', 'ws://localhost/x?y false'])
  await assert.rejects(server.link().connect('wss://localhost/'), { name: 'OptionError', option: 'url' })
  await assert.rejects(server.link({ secure: true }).connect('ws://localhost/'), { name: 'OptionError', option: 'url' })
  await assert.rejects(server.connect('chat'), { name: 'HandshakeError', stage: 'url' })
})

test('a redirect is followed over another link of the same network', async () => {
  const server = memoryServer({ upgrade: ({ path }) => (path === '/old' ? new Response(null, { status: 307, headers: { Location: '/new' } }) : {}) })
  const socket = await server.connect('/old', { redirects: 1 })
  assert.equal(socket.readyState, 'OPEN')
  assert.equal(server.connections.size, 1)
})

test('extensions of a runtime work, and the same seed gives the same bytes', async () => {
  const run = async (): Promise<string> => {
    let bytes = ''
    const server = memoryServer({
      extensions: [permessageDeflate()],
      message: (socket, message) => void socket.send(message),
      observe: { handshake: ({ request, response }) => void (bytes += `${Buffer.from(request)}${Buffer.from(response)}`) },
    })
    const socket = await server.connect('/', { extensions: [permessageDeflate()] })
    socket.send('x'.repeat(1000))
    assert.equal(await socket.receive(), 'x'.repeat(1000))
    assert.deepEqual(
      socket.extensions.map(({ name }) => name),
      ['permessage-deflate'],
    )
    await server.close()
    return bytes.replace(/^date:.*$/gim, '')
  }
  const first = await run()
  assert.match(first, /Sec-WebSocket-Key/)
  assert.equal(first, await run())
})

test('errors of the application are kept, and wrong options are named', async () => {
  const server = memoryServer({
    message() {
      throw new Error('mine')
    },
  })
  const socket = await server.connect('/')
  socket.send('x')
  assert.equal((await socket.closed).code, 1011)
  assert.deepEqual(
    server.errors.map((error) => (error as Error).message),
    ['mine'],
  )
  assert.throws(() => memoryServer({ port: 80 } as never), { name: 'OptionError', option: 'port' })
  assert.throws(() => memoryServer({}, { clock: {} as ManualClock }), { name: 'OptionError', option: 'clock' })
  assert.throws(() => memoryServer({}, { capacity: -1 }), { name: 'OptionError', option: 'capacity' })
  assert.throws(() => server.link({ secure: 1 as never }), { name: 'OptionError', option: 'secure' })
  assert.throws(() => server.link({ remoteAddress: 1 as never }), { name: 'OptionError', option: 'remoteAddress' })
  await assert.rejects(server.connect('/', { proxy: 'http://p' } as never), { name: 'OptionError', option: 'proxy' })
  const link = server.link()
  await link.connect('/')
  await assert.rejects(link.connect('/'), { name: 'OptionError', option: 'link' })
})
