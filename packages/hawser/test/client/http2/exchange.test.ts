import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { HandshakeError } from '../../../src/core/errors.ts'
import { buildConnectRequest } from '../../../src/core/http2/index.ts'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { readHandshakeLimits } from '../../../src/connection/limits.ts'
import { exchangeOverStream, StreamRefused } from '../../../src/client/http2/exchange.ts'
import { NodeClientSession } from '../../../src/runtime/node/http2-session.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { http2Session } from '../../peers/http2-client.ts'

async function run(
  t: TestContext,
  behave: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  signal = new AbortController().signal,
) {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } })
  const clock = new ManualClock()
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    behave(stream, headers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const session = await http2Session(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const attempt = exchangeOverStream(new NodeClientSession(session, session.socket as Socket), createRuntime(createTestPlatform(1), clock), {
    fields: buildConnectRequest({
      scheme: 'http',
      target: '/x',
      authority: 'a.example',
      headers: [
        ['Cookie', 'a=1'],
        ['X-Twice', '1'],
        ['X-Twice', '2'],
        ['Authorization', 'secret'],
      ],
    }),
    limits: readHandshakeLimits({ responseBody: 8 }),
    signal,
    switched: (head) => head.status,
  })
  return { attempt, clock, session }
}

test('the request has its fields; those that hold secrets are never indexed [RFC 7541 §7.1.3]', async (t) => {
  let headers: http2.IncomingHttpHeaders = {}
  const { attempt } = await run(t, (stream, received) => {
    headers = received
    stream.respond({ ':status': 200 })
  })
  await attempt
  assert.equal(headers['x-twice'], '1, 2')
  assert.equal(headers.cookie, 'a=1')
  assert.deepEqual([...(headers[http2.sensitiveHeaders as never] as string[])].sort(), ['authorization', 'cookie'])
})

test('interim responses are passed over; a 2xx switches', async (t) => {
  const { attempt } = await run(t, (stream) => {
    stream.additionalHeaders({ ':status': 103, link: '</x>' })
    stream.respond({ ':status': 204 + 1 })
  })
  assert.deepEqual(await attempt, { kind: 'switched', value: 205 })
})

test('a refusal has the content that arrived in time, up to the limit', async (t) => {
  const slow = await run(t, (stream) => {
    stream.respond({ ':status': 503, 'content-length': 5 })
    stream.write('abc')
  })
  const timer = setInterval(() => void slow.clock.advance(100), 5)
  const answered = await slow.attempt
  clearInterval(timer)
  assert.ok(answered.kind === 'answered')
  assert.equal(Buffer.from(answered.response.body).toString(), 'abc')
  const long = await (
    await run(t, (stream) => {
      stream.respond({ ':status': 500 })
      stream.end('0123456789')
    })
  ).attempt
  assert.ok(long.kind === 'answered')
  assert.deepEqual([Buffer.from(long.response.body).toString(), long.response.bodyTruncated], ['01234567', true])
})

test('a refusal whose content drips past the time limit is reported, not the time limit', async (t) => {
  const controller = new AbortController()
  const { attempt, clock } = await run(
    t,
    (stream) => {
      stream.respond({ ':status': 404, 'content-length': 5 })
      stream.write('abc')
    },
    controller.signal,
  )
  // The wait for the rest of the content begins with the head.
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve))
  controller.abort(new HandshakeError('too long', { stage: 'timeout', fault: 'timeout' }))
  const answered = await attempt
  assert.ok(answered.kind === 'answered')
  assert.equal(answered.response.status, 404)
})

test('a refused stream differs from one that broke; an abort resets the stream', async (t) => {
  const refused = await run(t, (stream) => stream.close(http2.constants.NGHTTP2_REFUSED_STREAM))
  await assert.rejects(refused.attempt, (error) => error instanceof StreamRefused && error.failure.rule?.section === '8.7')
  const required = await run(t, (stream) => stream.close(http2.constants.NGHTTP2_HTTP_1_1_REQUIRED))
  await assert.rejects(
    required.attempt,
    (error) => error instanceof HandshakeError && error.rule?.section === '8.1' && /HTTP\/1\.1/.test(error.hint ?? ''),
  )
  const controller = new AbortController()
  const reset = new Promise<number>((resolve) => {
    void run(
      t,
      (stream) => {
        stream.on('close', () => resolve(stream.rstCode ?? -1))
        controller.abort(new Error('no more'))
      },
      controller.signal,
    ).then(({ attempt }) => attempt.catch(() => undefined))
  })
  assert.equal(await reset, http2.constants.NGHTTP2_CANCEL)
})
