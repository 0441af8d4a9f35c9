import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseInfo } from '../../../src/core/protocol/events.ts'
import type { Carrier } from '../../../src/runtime/browser/carrier.ts'
import { openWebSocket, readExtensions } from '../../../src/runtime/browser/websocket-carrier.ts'
import { serveFor } from '../../peers/test-server.ts'
import { PromiseCapability } from '../../../src/web/promise-capability.ts'
import { usePlatform } from './platform-double.ts'

test('the platform’s serialization of extensions is parsed', () => {
  assert.deepEqual(readExtensions(''), [])
  assert.deepEqual(readExtensions('permessage-deflate; client_max_window_bits=15; x'), [
    {
      name: 'permessage-deflate',
      parameters: [
        ['client_max_window_bits', '15'],
        ['x', true],
      ],
    },
  ])
  assert.deepEqual(readExtensions('a; b="x,\\\\y;=", c'), [
    { name: 'a', parameters: [['b', 'x,\\y;=']] },
    { name: 'c', parameters: [] },
  ])
})

test('it opens, sends, drains, receives, and ends with what each end sent', async (t) => {
  usePlatform(t, 'WebSocket')
  const server = await serveFor(t, { port: 0, subprotocols: ['chat'], message: (socket, message) => void socket.send(message) })
  const seen: unknown[] = []
  const done = new PromiseCapability<CloseInfo>()
  const open = new PromiseCapability<Carrier>()
  openWebSocket(
    { url: server.url, subprotocols: ['chat'], extra: {}, signal: new AbortController().signal },
    {
      open: open.resolve,
      message: (data) => {
        if (seen.push(data) === 2) carrier.startClosing(3000, 'done')
      },
      closed: done.resolve,
      failed: done.reject,
    },
  )
  const carrier = await open.promise
  assert.deepEqual([carrier.subprotocol, carrier.readyState, carrier.canPause], ['chat', 'OPEN', false])
  assert.equal(carrier.send('text'), 'sent')
  assert.equal(carrier.send(Uint8Array.of(1)), 'sent')
  await carrier.drained
  assert.equal(carrier.bufferedAmount, 0)
  const info = await done.promise
  assert.deepEqual(seen, ['text', Uint8Array.of(1)])
  assert.deepEqual([info.code, info.reason, info.wasClean, info.initiator, info.sent], [3000, 'done', true, 'local', { code: 3000, reason: 'done' }])
  assert.deepEqual([carrier.readyState, carrier.send('late')], ['CLOSED', 'closed'])
  await carrier.drained
})

test('it fails where no connection was made, with the reason of the signal that ended it', async (t) => {
  usePlatform(t, 'WebSocket')
  const server = await serveFor(t, { port: 0, upgrade: () => new Response('no', { status: 403 }) })
  const fail = (signal: AbortSignal): Promise<Error> =>
    new Promise((failed) => openWebSocket({ url: server.url, subprotocols: [], extra: {}, signal }, { open() {}, message() {}, closed() {}, failed }))
  assert.match((await fail(new AbortController().signal)).message, /before it was open/)
  const controller = new AbortController()
  const failure = fail(controller.signal)
  const reason = new Error('why')
  controller.abort(reason)
  assert.equal(await failure, reason)
})
