import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocketError, WebSocketStream } from '../../src/index.ts'
import { serveFor } from '../peers/test-server.ts'
import { echoUrl } from './echo-server.ts'
import { failureOf, openStream } from './stream-server.ts'

/** The cases of websockets/stream/tentative/constructor.any.js and websocket-error.any.js. */

test('no URL, an invalid one, invalid options and protocols that are no list throw [WPT stream/constructor]', () => {
  const construct =
    (...values: unknown[]) =>
    (): unknown =>
      Reflect.construct(WebSocketStream, values)
  assert.throws(construct(), TypeError)
  assert.throws(construct('invalid:'), { name: 'SyntaxError' })
  assert.throws(construct('ws://127.0.0.1/', true), TypeError)
  assert.throws(construct('ws://127.0.0.1/', { protocols: 'hi' }), TypeError)
})

test('a valid URL is that of the stream, and `opened` resolves with streams and strings [WPT stream/constructor]', async (t) => {
  const url = await echoUrl(t)
  const { stream, readable, writable, protocol, extensions } = await openStream(t, url)
  assert.equal(stream.url, url)
  ReadableStream.prototype.getReader.call(readable)
  WritableStream.prototype.getWriter.call(writable)
  assert.deepEqual([typeof protocol, typeof extensions], ['string', 'string'])
})

test('protocols are offered in their order [WPT stream/constructor]', async (t) => {
  const server = await serveFor(t, { port: 0, subprotocols: ['alpha', 'beta'], open: (socket) => void socket.send(socket.subprotocol) })
  const { readable, protocol } = await openStream(t, server.url, { protocols: ['alpha', 'beta'] })
  assert.equal(protocol, 'alpha')
  assert.deepEqual(await readable.getReader().read(), { done: false, value: 'alpha' })
})

test('a connection that fails rejects both promises with a WebSocketError [WPT stream/constructor]', async (t) => {
  const server = await serveFor(t, { port: 0, paths: ['/only'] })
  const stream = new WebSocketStream(new URL('/404', server.url))
  for (const promise of [stream.opened, stream.closed]) assert.equal((await failureOf(promise)).constructor, WebSocketError)
})

test('WebSocketError has its defaults [WPT stream/websocket-error]', () => {
  const { code, name, message, closeCode, reason } = new WebSocketError()
  assert.deepEqual({ code, name, message, closeCode, reason }, { code: 0, name: 'WebSocketError', message: '', closeCode: null, reason: '' })
})

test('WebSocketError takes its arguments, and 1000 for a reason alone [WPT stream/websocket-error]', () => {
  const { code, name, message, closeCode, reason } = new WebSocketError('message', { closeCode: 3456, reason: 'reason' })
  assert.deepEqual([code, name, message, closeCode, reason], [0, 'WebSocketError', 'message', 3456, 'reason'])
  const only = new WebSocketError('', { closeCode: 3333 })
  assert.deepEqual([only.closeCode, only.reason], [3333, ''])
  const alone = new WebSocketError('', { reason: 'specified' })
  assert.deepEqual([alone.closeCode, alone.reason], [1000, 'specified'])
})

test('WebSocketError refuses invalid codes and reasons above 123 bytes of UTF-8 [WPT stream/websocket-error]', () => {
  for (const closeCode of [999, 1001, 2999, 5000]) assert.throws(() => new WebSocketError('', { closeCode }), { name: 'InvalidAccessError' })
  for (const init of [{ closeCode: 1000, reason: 'x'.repeat(124) }, { reason: '🔌'.repeat(32) }])
    assert.throws(() => new WebSocketError('', init), { name: 'SyntaxError' })
})
