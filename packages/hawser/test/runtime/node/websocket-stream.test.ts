import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandshakeError, OptionError, permessageDeflate, WebSocketError, WebSocketStream } from '../../../src/index.ts'
import { serveFor } from '../../peers/test-server.ts'

test('the options of connect are taken beside those of the standard, and a wrong one is refused at once', async (t) => {
  let seen: string | undefined
  const server = await serveFor(t, {
    port: 0,
    subprotocols: ['chat'],
    upgrade: ({ fields }) => {
      seen = fields.get('x-token')
      return { context: undefined }
    },
  })
  const stream = new WebSocketStream(server.url, { protocols: ['soap', 'chat'], headers: { 'x-token': '1' } })
  assert.equal((await stream.opened).protocol, 'chat')
  assert.equal(seen, '1')
  stream.close()
  assert.deepEqual(await stream.closed, { closeCode: 1005, reason: '' })
  assert.throws(() => new WebSocketStream(server.url, { heders: {} } as never), OptionError)
})

test('a refused handshake is a WebSocketError with the HandshakeError as its cause, and ends no process that ignores it', async (t) => {
  const server = await serveFor(t, { port: 0, upgrade: () => new Response('who are you?', { status: 401 }) })
  const stream = new WebSocketStream(server.url)
  const error = await stream.opened.then(
    () => assert.fail('opened'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof WebSocketError)
  assert.ok(error.cause instanceof HandshakeError)
  assert.equal(error.cause.response?.status, 401)
})

test('a stream is piped through a connection: text both ways, compressed, with a clean end', async (t) => {
  const server = await serveFor(t, { port: 0, extensions: [permessageDeflate()], message: (socket, message) => void socket.send(message) })
  const stream = new WebSocketStream(server.url)
  const { readable, writable, extensions } = await stream.opened
  assert.match(extensions, /permessage-deflate/)
  const lines = Array.from({ length: 300 }, (_, index) => `line ${index} ${'x'.repeat(index * 20)}`)
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const message of readable) if (seen.push(message) === lines.length) return
  })()
  await ReadableStream.from(lines).pipeTo(writable, { preventClose: true })
  await reading
  assert.deepEqual(seen, lines)
})
