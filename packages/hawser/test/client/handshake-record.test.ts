import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '../../src/index.ts'
import type { ObservedHandshake, Observer } from '../../src/index.ts'
import { memoryServer } from '../../src/testing/index.ts'
import { serveFor } from '../peers/test-server.ts'

const latin1 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('latin1')

function record(): { seen: ObservedHandshake[]; observe: Observer } {
  const seen: ObservedHandshake[] = []
  return { seen, observe: { handshake: (event) => seen.push(event) } }
}

test('both ends of a handshake see the same bytes', async () => {
  const [atServer, atClient] = [record(), record()]
  const server = memoryServer({ subprotocols: ['chat'], observe: atServer.observe })
  await server.connect('/room', { subprotocols: ['chat'], headers: { 'X-Own': 'é' }, observe: atClient.observe })
  const [one, other] = [atServer.seen[0], atClient.seen[0]]
  assert.equal(latin1(other?.request), latin1(one?.request))
  assert.equal(latin1(other?.response), latin1(one?.response))
  assert.match(latin1(other?.request), /^GET \/room HTTP\/1\.1\r\n[^]*X-Own: é\r\n\r\n$/)
  assert.deepEqual(
    [other?.role, other?.url, other?.status, other?.reason, other?.error],
    ['client', 'ws://localhost/room', 101, undefined, undefined],
  )
  assert.deepEqual([one?.role, one?.url, one?.status, one?.reason], ['server', undefined, 101, undefined])
})

test('a refusal has its content, its rule and its error at the client, and the reason at the server', async () => {
  const [atServer, atClient] = [record(), record()]
  const server = memoryServer({ paths: ['/here'], observe: atServer.observe })
  const error = await server.connect('/there', { observe: atClient.observe }).catch((thrown: unknown) => thrown)
  const [one, other] = [atServer.seen[0], atClient.seen[0]]
  assert.deepEqual([one?.status, other?.status, other?.reason], [404, 404, (error as Error).message])
  assert.equal(latin1(other?.response), latin1(one?.response))
  assert.match(one?.reason ?? '', /\/there/)
  assert.ok(other?.error instanceof Error && other.error.message === (error as Error).message)
})

test('each redirect is a handshake, and userinfo is not shown', async () => {
  const { seen, observe } = record()
  const server = memoryServer({ upgrade: ({ path }) => (path === '/old' ? new Response(null, { status: 307, headers: { Location: '/new' } }) : {}) })
  await server.connect('ws://ada:secret@localhost/old', { redirects: 1, observe })
  assert.deepEqual(
    seen.map(({ status, url }) => [status, url?.includes('secret')]),
    [
      [307, false],
      [101, false],
    ],
  )
})

test('a response that the client refuses is shown with the rule that it breaks', async () => {
  const { seen, observe } = record()
  const server = memoryServer({})
  await assert.rejects(server.connect('/', { subprotocols: ['chat'], observe }))
  assert.deepEqual([seen[0]?.status, seen[0]?.rule?.document], [101, seen[0]?.error?.rule?.document])
  assert.match(latin1(seen[0]?.response), /^HTTP\/1\.1 101 /)
  assert.equal(seen.length, 1)
})

test('an attempt that reaches no server has the stage and nothing on the wire', async (t) => {
  const { seen, observe } = record()
  const server = await serveFor(t, {})
  const { url } = server
  await server.close()
  await assert.rejects(connect(url, { observe }))
  assert.deepEqual([seen[0]?.error?.stage, seen[0]?.status, seen[0]?.request.length, seen[0]?.transport], ['tcp', undefined, 0, undefined])
})

test('over HTTP/2 the lines of HEADERS are shown, and the frames of the stream', async (t) => {
  const { seen, observe } = record()
  const frames: string[] = []
  const server = await serveFor(t, { message: (socket, data) => void socket.send(data) })
  const socket = await connect(server.url, {
    http: '2',
    observe: {
      ...observe,
      connection: () => ({ payloadBytes: 9, frame: ({ direction, payload }) => frames.push(`${direction} ${latin1(payload)}`) }),
    },
  })
  socket.send('hello')
  assert.equal(await socket.receive(), 'hello')
  assert.match(latin1(seen[0]?.request), /^:method: CONNECT\r\n/)
  assert.match(latin1(seen[0]?.response), /^:status: 200\r\n[^]*\r\n\r\n$/)
  assert.deepEqual(frames, ['sent hello', 'received hello'])
  await socket.close()
})

test('an attempt that fails before it connects is told, too', async () => {
  const { seen, observe } = record()
  await assert.rejects(connect('ws://127.0.0.1:6667/', { observe, blockBadPorts: true }))
  const proxy = (): never => {
    throw new Error('no proxy')
  }
  await assert.rejects(connect('ws://127.0.0.1:1/', { observe, proxy }))
  assert.deepEqual(
    seen.map(({ status, error, reason }) => [status, error?.stage, reason === undefined]),
    [
      [undefined, 'url', false],
      [undefined, 'proxy', false],
    ],
  )
})
