import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOf, attemptHandshake, observeHandshake } from '../../../src/cli/doctor/handshake.ts'
import { planHandshakes } from '../../../src/cli/doctor/probes.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { permessageDeflate } from '../../../src/runtime/node/zlib/permessage-deflate.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { rawServer, switching } from '../raw-server.ts'

const options = { timeoutMs: 2000, signal: new AbortController().signal, tls: {}, headers: [['X-One', '1']] as const, maxMessage: 1 << 20 }
const browserOf = (url: string) => planHandshakes(readTarget(url), ['chat']).find(({ id }) => id === 'browser')!

test('sends what browsers send, and tells what was agreed', async () => {
  const fields: Record<string, string | undefined> = {}
  await using server = await serve({
    subprotocols: ['chat'],
    extensions: [permessageDeflate()],
    upgrade: (request) => {
      for (const name of ['origin', 'user-agent', 'sec-websocket-extensions', 'x-one']) fields[name] = request.fields.get(name)
      return {}
    },
    message() {},
  })
  const seen = await observeHandshake(browserOf(server.url), options)
  assert.ok(seen.outcome === 'opened')
  assert.deepEqual([seen.answer.status, seen.subprotocol, seen.extensions], [101, 'chat', ['permessage-deflate']])
  assert.equal(fields['origin'], server.url.replace('ws:', 'http:').replace(/\/$/, ''))
  assert.match(fields['user-agent'] ?? '', /^Mozilla\/5\.0 /)
  assert.match(fields['sec-websocket-extensions'] ?? '', /^permessage-deflate; client_max_window_bits/)
  assert.equal(fields['x-one'], '1')
})

test('tells the answer of a refusal, and the rule of a 101 that breaks one', async () => {
  await using refusing = await rawServer('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone')
  const refused = await observeHandshake(browserOf(refusing.url), options)
  assert.ok(refused.outcome === 'failed')
  assert.deepEqual([refused.answer?.status, refused.answer?.body], [404, 'none'])
  await using wrong = await rawServer(switching.replace('$accept', 'x'))
  const broken = await observeHandshake(browserOf(wrong.url), options)
  assert.ok(broken.outcome === 'failed')
  assert.equal(broken.rule, 'RC20')
})

test('keeps the connection of an attempt, and passes its messages on', async () => {
  await using server = await serve({ subprotocols: ['chat'], open: (socket) => socket.send('hello'), message() {} })
  const received: unknown[] = []
  let arrived = (): void => {}
  const first = new Promise<void>((resolve) => (arrived = resolve))
  const { socket } = await attemptHandshake(browserOf(server.url), { ...options, message: (message) => (received.push(message), arrived()) })
  await first
  assert.deepEqual(received, ['hello'])
  await socket?.close()
})

test('decodes the content of an answer', () => {
  const response = { httpVersion: '1.1', status: 400, statusText: 'x', fields: [], body: new TextEncoder().encode('é'), bodyTruncated: false }
  assert.equal(answerOf(response).body, 'é')
})
