import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseInfo } from '../../../src/core/protocol/events.ts'
import { WebSocketStream } from '../../../src/index.ts'
import type { Carrier, CarrierHandler } from '../../../src/runtime/browser/carrier.ts'
import { openWebSocketStream } from '../../../src/runtime/browser/stream-carrier.ts'
import { PromiseCapability } from '../../../src/web/promise-capability.ts'
import { serveFor } from '../../peers/test-server.ts'
import { handshakenUrl, idle } from '../../wpt/stream-server.ts'

interface Opened {
  readonly carrier: Carrier
  readonly seen: (string | Uint8Array)[]
  readonly ended: Promise<CloseInfo>
}

function open(url: string, more: Partial<CarrierHandler> = {}): Promise<Opened> {
  const seen: (string | Uint8Array)[] = []
  const ended = new PromiseCapability<CloseInfo>()
  return new Promise((resolve, failed) =>
    openWebSocketStream(
      WebSocketStream,
      { url, subprotocols: [], extra: {}, signal: new AbortController().signal },
      {
        open: (carrier) => resolve({ carrier, seen, ended: ended.promise }),
        message: (data) => void seen.push(data),
        closed: ended.resolve,
        failed,
        ...more,
      },
    ),
  )
}

test('it opens, sends, receives, and closes behind everything that was sent', async (t) => {
  const server = await serveFor(t, { port: 0, message: (socket, message) => void socket.send(message) })
  const { carrier, ended } = await open(server.url)
  assert.deepEqual([carrier.readyState, carrier.canPause, carrier.bufferedAmount], ['OPEN', true, 0])
  const bytes = Uint8Array.of(1, 2)
  carrier.send('text')
  carrier.send(bytes)
  bytes.fill(0)
  assert.equal(carrier.bufferedAmount, 6)
  carrier.startClosing(3000, 'done')
  carrier.startClosing(3001, 'late')
  assert.deepEqual([carrier.readyState, carrier.send('late')], ['CLOSING', 'closed'])
  const info = await ended
  assert.deepEqual([info.code, info.wasClean, info.sent], [3000, true, { code: 3000, reason: 'done' }])
  assert.equal(carrier.readyState, 'CLOSED')
  await carrier.drained
})

test('bytes of a message may be changed as soon as it was sent', async (t) => {
  const server = await serveFor(t, { port: 0, message: (socket, message) => void socket.send(message) })
  const arrived = new PromiseCapability<unknown>()
  const { carrier } = await open(server.url, { message: (data) => typeof data !== 'string' && arrived.resolve(data) })
  const bytes = Uint8Array.of(1, 2)
  carrier.send('first')
  carrier.send(bytes)
  bytes.fill(0)
  assert.deepEqual(await arrived.promise, Uint8Array.of(1, 2))
  carrier.terminate()
})

test('pause stops reading behind the message that is on its way, resume goes on, and closing reads to the end', async (t) => {
  const server = await serveFor(t, {
    port: 0,
    open(socket) {
      for (let index = 0; index < 10; index++) socket.send(String(index))
    },
  })
  const ended = new PromiseCapability<CloseInfo>()
  const seen: unknown[] = []
  const opened = await open(server.url, {
    closed: ended.resolve,
    message(data) {
      seen.push(data)
      if (seen.length === 3) opened.carrier.pause()
    },
  })
  const { carrier } = opened
  while (seen.length < 3) await idle(() => seen.length)
  await idle(() => seen.length)
  assert.equal(seen.length, 3)
  carrier.resume()
  while (seen.length < 10) await idle(() => seen.length)
  carrier.pause()
  carrier.startClosing(undefined, '')
  assert.equal((await ended.promise).code, 1005)
})

test('an end without a Close frame, and a handshake that fails, are told', async (t) => {
  const { ended } = await open(await handshakenUrl(t, ({ socket }) => socket.end()))
  const { code, wasClean, initiator, error } = await ended
  assert.deepEqual([code, wasClean, initiator, error?.fault], [1006, false, 'network', 'network'])
  const server = await serveFor(t, { port: 0, upgrade: () => new Response('no', { status: 403 }) })
  await assert.rejects(open(server.url), { name: 'WebSocketError' })
})
