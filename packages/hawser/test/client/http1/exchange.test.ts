import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Cancellation } from '../../../src/client/cancellation.ts'
import { exchange } from '../../../src/client/http1/exchange.ts'
import { readHandshakeLimits } from '../../../src/connection/limits.ts'
import { connect, HandshakeError } from '../../../src/index.ts'
import { ManualClock, settle, transportPair } from '../../../src/testing/index.ts'
import { text } from '../../core/platform.ts'
import { closed, withServer, writeByteByByte } from '../../runtime/node/raw-server.ts'

async function refusal(
  write: (socket: import('node:net').Socket) => void | Promise<void>,
  options: Parameters<typeof connect>[1] = {},
): Promise<HandshakeError> {
  return withServer(
    async ({ head, socket }) => {
      await head()
      await write(socket)
    },
    async (server) => {
      try {
        await connect(server.url, options)
      } catch (error) {
        assert.ok(error instanceof HandshakeError, String(error))
        return error
      }
      throw new Error('the connection opened')
    },
  )
}

const body = (error: HandshakeError) => Buffer.from(error.response?.body ?? []).toString()

test('the content of a refusal is shown, byte by byte and chunked', async () => {
  const error = await refusal((socket) =>
    writeByteByByte(socket, 'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nnot\r\n4\r\n now\r\n0\r\n\r\n'),
  )
  assert.equal(body(error), 'not now')
})

test('the content of a refusal without framing ends with the connection', async () => {
  const error = await refusal((socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\nno'))
  assert.equal(body(error), 'no')
  assert.equal(error.response?.bodyTruncated, false)
})

test('a refusal without end is cut at limits.responseBody, and the server sees the connection end', async () => {
  let ended: Promise<unknown> | undefined
  const error = await refusal(
    (socket) => {
      ended = Promise.race([once(socket, 'end'), closed(socket)])
      socket.write(`HTTP/1.1 500 Oops\r\nContent-Length: 999999999\r\n\r\n${'x'.repeat(5_000)}`)
    },
    { limits: { responseBody: 100 } },
  )
  assert.equal(error.response?.body.byteLength, 100)
  assert.equal(error.response?.bodyTruncated, true)
  await ended
})

test('a refusal whose content never arrives is reported after a second, with the bytes received', async () => {
  const clock = new ManualClock()
  const [transport, server] = transportPair()
  const response = exchange<never>({
    transport,
    head: 'GET / HTTP/1.1\r\n\r\n',
    stage: 'response',
    limits: readHandshakeLimits(),
    clock,
    text,
    signal: new AbortController().signal,
    switches: () => false,
    switched: () => assert.fail('switched'),
  })
  server.write([Buffer.from('HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\npart')])
  await settle()
  await clock.advance(1_000)
  const result = await response
  assert.ok(result.kind === 'answered')
  assert.deepEqual([result.response.status, Buffer.from(result.response.body).toString(), result.response.bodyTruncated], [403, 'part', true])
})

test('a refusal whose content drips past the time limit is reported, not the time limit', async () => {
  const [transport, server] = transportPair()
  const limit = new Cancellation()
  const response = exchange<never>({
    transport,
    head: 'GET / HTTP/1.1\r\n\r\n',
    stage: 'response',
    limits: readHandshakeLimits(),
    clock: new ManualClock(),
    text,
    signal: limit,
    switches: () => false,
    switched: () => assert.fail('switched'),
  })
  server.write([Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\npart')])
  await settle()
  limit.abort(new HandshakeError('too long', { stage: 'timeout', fault: 'timeout' }))
  const result = await response
  assert.ok(result.kind === 'answered')
  assert.deepEqual([result.response.status, Buffer.from(result.response.body).toString(), result.response.bodyTruncated], [404, 'part', true])
})

test('an abort by the caller ends the wait for the content of a refusal', async () => {
  const controller = new AbortController()
  const error = await refusal(
    (socket) => {
      socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\npart', () => setImmediate(() => controller.abort()))
    },
    { signal: controller.signal },
  )
  assert.equal(error.stage, 'aborted')
})

test('a refusal whose connection is reset is still reported', async () => {
  const error = await refusal((socket) => {
    socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 10\r\n\r\npart', () => setImmediate(() => socket.resetAndDestroy()))
  })
  assert.equal(error.status, 400)
  assert.equal(body(error), 'part')
  assert.equal(error.response?.bodyTruncated, true)
})

test('after a 101 that broke a rule the server sees the end of the stream and no reset [RFC 6455 §7.1.1]', async () => {
  let ended: Promise<unknown> | undefined
  await withServer(
    async ({ head, socket }) => {
      await head()
      // Rejects for 'error', which a reset would be.
      ended = once(socket, 'end')
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n\u0081\u0002hi', 'latin1')
    },
    async (server) => {
      await assert.rejects(connect(server.url), HandshakeError)
      await ended
    },
  )
})

test('a failed validation closes the connection at once', async () => {
  let gone: Promise<unknown> | undefined
  const error = await refusal((socket) => {
    gone = closed(socket)
    socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
  })
  assert.equal(error.rule?.id, 'RC18')
  await gone
})
