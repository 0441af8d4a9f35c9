import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocketError, WebSocketStream } from '../../src/index.ts'
import { echoUrl } from './echo-server.ts'
import { closeFrame, failureOf, handshakenUrl, idle, openStream } from './stream-server.ts'

/** The cases of websockets/stream/tentative/close.any.js. */

const ends: [info: object | undefined, code: number, reason: string][] = [
  [{ closeCode: 3456, reason: 'pizza' }, 3456, 'pizza'],
  [undefined, 1005, ''],
  [{}, 1005, ''],
  [{ reason: '' }, 1005, ''],
  [{ reason: 'non-empty' }, 1000, 'non-empty'],
]
for (const [info, closeCode, reason] of ends) {
  test(`close(${JSON.stringify(info) ?? ''}) is reflected back as ${closeCode} ${JSON.stringify(reason)} [WPT stream/close]`, async (t) => {
    const { stream } = await openStream(t, await echoUrl(t))
    stream.close(info)
    assert.deepEqual(await stream.closed, { closeCode, reason })
  })
}

test('close() refuses what is no object, a long reason and invalid codes [WPT stream/close]', async (t) => {
  const { stream } = await openStream(t, await echoUrl(t))
  assert.throws(() => stream.close(true as never), TypeError)
  assert.throws(() => stream.close({ reason: '.'.repeat(124) }), { name: 'SyntaxError' })
  for (const closeCode of [999, 1001, 2999, 5000]) assert.throws(() => stream.close({ closeCode }), { name: 'InvalidAccessError' })
})

test('close() during the handshake rejects both promises with a WebSocketError [WPT stream/close]', async (t) => {
  const stream = new WebSocketStream(await echoUrl(t))
  stream.close()
  for (const promise of [stream.opened, stream.closed]) assert.equal((await failureOf(promise)).constructor, WebSocketError)
})

test('closing the writable is a clean close [WPT stream/close]', async (t) => {
  const { stream, writable } = await openStream(t, await echoUrl(t))
  await writable.getWriter().close()
  assert.deepEqual(await stream.closed, { closeCode: 1005, reason: '' })
})

test('close() of the writer does not resolve until the closing handshake completes [WPT stream/close]', async (t) => {
  let answer!: () => void
  let asked = 0
  const url = await handshakenUrl(t, async ({ afterHead, socket }) => {
    await afterHead(6)
    asked++
    answer = () => socket.end(closeFrame())
  })
  const { writable } = await openStream(t, url)
  let closed = false
  const closing = writable
    .getWriter()
    .close()
    .then(() => {
      closed = true
    })
  while (asked === 0) await idle(() => asked)
  await idle(() => asked)
  assert.equal(closed, false)
  answer()
  await closing
})

test('an incomplete closing handshake is an unclean close [WPT stream/close]', async (t) => {
  const url = await handshakenUrl(t, async ({ afterHead, socket }) => {
    await afterHead(6 + 2 + 7)
    socket.destroy()
  })
  const { stream } = await openStream(t, url)
  stream.close({ closeCode: 4000, reason: 'because' })
  const error = await failureOf<WebSocketError>(stream.closed)
  assert.deepEqual([error.constructor, error.closeCode], [WebSocketError, 1006])
})

const dressed = Object.assign(new DOMException('yes', 'DataCloneError'), { closeCode: 1000, reason: 'should be ignored' })
const reasons: [name: string, value: unknown, code: number, reason: string][] = [
  ['nothing', undefined, 1005, ''],
  ['attributes that are not wrapped in a WebSocketError', { closeCode: 3333, reason: 'obsolete' }, 1005, ''],
  ['a code', new WebSocketError('', { closeCode: 3333 }), 3333, ''],
  ['a code and a reason', new WebSocketError('', { closeCode: 3456, reason: 'set' }), 3456, 'set'],
  ['a reason', new WebSocketError('', { reason: 'specified' }), 1000, 'specified'],
  ['a DOMException with the attributes', dressed, 1005, ''],
]
for (const [name, value, closeCode, reason] of reasons) {
  test(`aborting the writable with ${name} closes cleanly with ${closeCode} [WPT stream/close]`, async (t) => {
    const { stream, writable } = await openStream(t, await echoUrl(t))
    await writable.abort(value)
    assert.deepEqual(await stream.closed, { closeCode, reason })
  })

  test(`canceling the readable with ${name} closes cleanly with ${closeCode} [WPT stream/close]`, async (t) => {
    const { stream, readable } = await openStream(t, await echoUrl(t))
    await readable.cancel(value)
    assert.deepEqual(await stream.closed, { closeCode, reason })
  })
}
