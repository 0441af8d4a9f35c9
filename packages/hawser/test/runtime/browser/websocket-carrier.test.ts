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
  // What the platform says, where it says anything.
  assert.match((await fail(new AbortController().signal)).message, /the server answered 403/)
  const controller = new AbortController()
  const failure = fail(controller.signal)
  const reason = new Error('why')
  controller.abort(reason)
  assert.equal(await failure, reason)
})

test('either event of a handshake that failed is enough, and both are told once', async (t) => {
  usePlatform(t, 'WebSocket')
  for (const events of [['error'], ['close'], ['error', 'close']] as const) {
    const socket: Record<string, unknown> = {}
    Object.assign(globalThis, {
      WebSocket: function () {
        return socket
      },
    })
    const told: unknown[] = []
    const { signal } = new AbortController()
    openWebSocket(
      { url: 'ws://localhost/', subprotocols: [], extra: {}, signal },
      { open() {}, message() {}, closed() {}, failed: (error) => void told.push(error) },
    )
    for (const event of events) (socket[`on${event}`] as (event: object) => void)({ code: 1006, reason: '', wasClean: false })
    assert.deepEqual(
      told.map((error) => (error as Error).message),
      ['the WebSocket was closed before it was open'],
    )
  }
})

test('it closes without arguments where there is no code, and looks in the next tasks whether a message has left', async (t) => {
  const closes: unknown[][] = []
  const socket = {
    readyState: 1,
    bufferedAmount: 0,
    close: (...args: unknown[]) => void closes.push(args),
    send(message: string) {
      socket.bufferedAmount += message.length
    },
    onopen: (): void => undefined,
  }
  usePlatform(t, 'WebSocket')
  Object.assign(globalThis, {
    WebSocket: function () {
      return socket
    },
  })
  const open = new PromiseCapability<Carrier>()
  const signal = new AbortController().signal
  openWebSocket(
    { url: 'ws://h/', subprotocols: [], extra: {}, signal },
    { open: open.resolve, message() {}, closed() {}, failed: open.reject as () => void },
  )
  socket.onopen()
  const carrier = await open.promise
  t.mock.timers.enable({ apis: ['setTimeout'] })
  carrier.send('a')
  // In a page in the background timers hardly fire: what leaves soon needs none.
  const soon = carrier.drained
  await new Promise((resolve) => setImmediate(resolve))
  socket.bufferedAmount = 0
  await soon
  carrier.send('a')
  let isDrained = false
  const late = carrier.drained.then(() => (isDrained = true))
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  socket.bufferedAmount = 0
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isDrained, false)
  t.mock.timers.tick(20)
  await late
  carrier.startClosing(undefined, '')
  carrier.startClosing(3000, 'done')
  assert.deepEqual(closes, [[], [3000, 'done']])
})
