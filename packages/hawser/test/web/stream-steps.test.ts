import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandshakeError } from '../../src/core/errors.ts'
import { WebSocketError } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'
import { makeStream } from './stream-harness.ts'

const broken = { ...FakeSocket.cleanClose, code: 1006, reason: '', wasClean: false, error: new Error('broken') as never }

const failureOf = (promise: Promise<unknown>): Promise<WebSocketError> =>
  promise.then(
    () => assert.fail('it resolved'),
    (error: WebSocketError) => error,
  )

test('the connection is established with url, protocols and the options of the runtime', async () => {
  const made = makeStream({ protocols: ['a', 'b'], headers: { x: '1' } })
  assert.equal(made.request?.url, 'ws://user:pass@h/')
  assert.deepEqual([made.request.subprotocols, made.request.extra], [['a', 'b'], { headers: { x: '1' } }])
  const socket = new FakeSocket(made.handler)
  socket.subprotocol = 'b'
  socket.extensions = [{ name: 'x', parameters: [['a', true]] }]
  made.handler.open(socket)
  const { protocol, extensions } = await made.stream.opened
  assert.deepEqual([protocol, extensions], ['b', 'x; a'])
})

test('a signal that is aborted already establishes nothing [WPT abort]', async () => {
  const reason = new Error('why')
  const made = makeStream({ signal: AbortSignal.abort(reason) })
  assert.equal(made.request, undefined)
  await assert.rejects(made.stream.opened, reason)
  await assert.rejects(made.stream.closed, reason)
  made.stream.close()
})

test('a signal aborts the opening handshake, and both promises reject with its reason and nothing else', async () => {
  const controller = new AbortController()
  const made = makeStream({ signal: controller.signal })
  const reason = new Error('why')
  controller.abort(reason)
  assert.equal(made.request?.signal.aborted, true)
  await assert.rejects(made.stream.opened, reason)
  await assert.rejects(made.stream.closed, reason)
  assert.equal(made.open().terminated, true, 'a connection that came too late is dropped')
  made.handler.closed(broken)
  await assert.rejects(made.stream.closed, reason)
})

test('a signal has no effect and no listener once the connection is established or has failed', async () => {
  for (const end of ['open', 'fail']) {
    const controller = new AbortController()
    let listeners = 0
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...listening: Parameters<typeof add>) => (listeners++, add(...listening))
    signal.removeEventListener = (...listening: Parameters<typeof remove>) => (listeners--, remove(...listening))
    const made = makeStream({ signal })
    assert.equal(listeners, 1)
    if (end === 'fail') made.handler.failed(new Error('why'))
    const socket = end === 'open' ? made.open() : undefined
    assert.equal(listeners, 0)
    controller.abort()
    assert.equal(made.request?.signal.aborted, false)
    assert.equal(socket?.terminated ?? false, false)
  }
})

test('a failed handshake rejects `opened` and `closed` with WebSocketErrors whose cause says what a browser hides', async () => {
  const made = makeStream()
  const cause = new HandshakeError('refused', { stage: 'response', fault: 'peer', hint: 'it is the password' })
  made.handler.failed(cause)
  const opened = await failureOf(made.stream.opened)
  const closed = await failureOf(made.stream.closed)
  assert.deepEqual([opened.constructor, opened.closeCode, opened.cause], [WebSocketError, null, cause])
  assert.deepEqual([closed.constructor, closed.closeCode, closed.reason, closed.cause], [WebSocketError, 1006, '', cause])
  assert.match(closed.message, /refused: it is the password/)
})

test('close() before the connection is established fails it', async () => {
  const made = makeStream()
  made.stream.close({ closeCode: 3000 })
  made.stream.close()
  assert.equal((await failureOf(made.stream.opened)).constructor, WebSocketError)
  assert.equal((await failureOf(made.stream.closed)).closeCode, 1006)
})

test('messages before close() arrive, messages after it do not', async () => {
  const made = makeStream()
  const socket = made.open()
  const { readable } = await made.stream.opened
  made.handler.message('a')
  made.stream.close({ closeCode: 3000, reason: 'r' })
  made.stream.close({ closeCode: 3001 })
  assert.deepEqual(socket.closes, [[3000, 'r']])
  made.handler.message('b')
  made.handler.closed({ ...FakeSocket.cleanClose, code: 3000, reason: 'r' })
  const seen: unknown[] = []
  for await (const message of readable) seen.push(message)
  assert.deepEqual(seen, ['a'])
  assert.deepEqual(await made.stream.closed, { closeCode: 3000, reason: 'r' })
})

test('an unclean end errors both streams and rejects `closed` with one object', async () => {
  const made = makeStream()
  made.open()
  const { readable, writable } = await made.stream.opened
  made.handler.closed(broken)
  const error = await failureOf(made.stream.closed)
  assert.deepEqual([error.closeCode, error.cause], [1006, broken.error])
  assert.equal(await failureOf(readable.getReader().read()), error)
  assert.equal(await failureOf(writable.getWriter().ready), error)
})

test('a clean end with a message that had not left rejects `closed`, and still closes the readable stream', async () => {
  const made = makeStream()
  const socket = made.open()
  socket.growth = 10
  const { readable, writable } = await made.stream.opened
  const write = writable.getWriter().write('x')
  await new Promise((resolve) => setImmediate(resolve))
  made.handler.message('last')
  made.handler.closed(FakeSocket.cleanClose)
  const error = await failureOf(made.stream.closed)
  assert.deepEqual([error.closeCode, error.reason], [1000, 'bye'])
  await assert.rejects(write, { name: 'InvalidStateError' })
  const reader = readable.getReader()
  assert.equal((await reader.read()).value, 'last')
  assert.equal((await reader.read()).done, true)
})

test('the error of a connection, whose code no end may send, closes another one without a code', async () => {
  const first = makeStream()
  first.handler.failed(new Error('why'))
  const error = await failureOf(first.stream.closed)
  const made = makeStream()
  const socket = made.open()
  await (await made.stream.opened).readable.cancel(error)
  assert.deepEqual(socket.closes, [[undefined, '']])
})

test('after close() before the connection is established both promises tell of close(), not of a signal', async () => {
  const { stream } = makeStream()
  const failures = [failureOf(stream.opened), failureOf(stream.closed)]
  stream.close()
  for (const failure of await Promise.all(failures)) {
    assert.match(failure.message, /^close\(\) was called/)
    assert.equal((failure.cause as DOMException).name, 'AbortError')
  }
})
