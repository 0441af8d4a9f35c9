import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocketStream } from '../../src/index.ts'
import { closed, rawServer } from '../runtime/node/raw-server.ts'
import { echoUrl } from './echo-server.ts'
import { failureOf, openStream } from './stream-server.ts'

/** The cases of websockets/stream/tentative/abort.any.js. */

test('a signal that is aborted before the constructor prevents the connection [WPT stream/abort]', async (t) => {
  const server = await rawServer(() => {})
  t.after(() => server.close())
  const stream = new WebSocketStream(server.url, { signal: AbortSignal.abort() })
  for (const promise of [stream.opened, stream.closed]) assert.equal((await failureOf(promise)).name, 'AbortError')
  assert.equal(server.connections.length, 0)
})

test('a signal that is aborted during the handshake ends it [WPT stream/abort]', async (t) => {
  let dropped: Promise<unknown> | undefined
  let asked!: () => void
  const request = new Promise<void>((resolve) => {
    asked = resolve
  })
  const server = await rawServer(async ({ head, socket }) => {
    dropped = closed(socket)
    await head()
    asked()
  })
  t.after(() => server.close())
  const controller = new AbortController()
  const stream = new WebSocketStream(server.url, { signal: controller.signal })
  await request
  controller.abort()
  for (const promise of [stream.opened, stream.closed]) assert.equal((await failureOf(promise)).name, 'AbortError')
  await dropped
})

test('a signal that is aborted after the handshake has no effect [WPT stream/abort]', async (t) => {
  const controller = new AbortController()
  const { readable, writable } = await openStream(t, await echoUrl(t), { signal: controller.signal })
  controller.abort()
  await writable.getWriter().write('connected')
  assert.equal((await readable.getReader().read()).value, 'connected')
})
