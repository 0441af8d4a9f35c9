/** The WHATWG `WebSocketStream`, which has to be the same on every runtime. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, serve, WebSocketError, WebSocketStream } from '../../src/index.ts'
import type { CloseInfo, WebSocketStreamOptions } from '../../src/index.ts'

/** So that a runtime which hangs fails its test. */
const timeout = 10_000

/** What a promise rejects with. */
const failureOf = <Failure extends Error>(promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => assert.fail('it resolved'),
    (error: Failure) => error,
  )

/** The info of each end that `ended` was not asked for yet. */
function ends(): { close: (socket: unknown, info: CloseInfo) => void; ended: () => Promise<CloseInfo> } {
  const infos: CloseInfo[] = []
  const waiting: ((info: CloseInfo) => void)[] = []
  return {
    close(_, info) {
      const next = waiting.shift()
      if (next === undefined) infos.push(info)
      else next(info)
    },
    ended: () => new Promise((resolve) => (infos[0] === undefined ? void waiting.push(resolve) : resolve(infos.shift() as CloseInfo))),
  }
}

test('the WHATWG WebSocketStream opens, carries text and binary, and closes from either end, with code and reason', { timeout }, async () => {
  const { close, ended } = ends()
  await using server = await serve({
    subprotocols: ['soap'],
    close,
    message(socket, data) {
      socket.send(data)
      if (data === 'leave') void socket.close(4001, 'enough')
    },
  })
  const open = async (options?: WebSocketStreamOptions) => {
    const stream = new WebSocketStream(server.url, { protocols: ['wamp', 'soap'], ...options })
    assert.equal(stream.url, server.url)
    const { readable, writable, protocol, extensions } = await stream.opened
    assert.deepEqual([protocol, extensions], ['soap', ''])
    return { stream, reader: readable.getReader(), writable, writer: writable.getWriter() }
  }
  const { stream, reader, writer } = await open()
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) & 255)
  for (const chunk of ['', 'grüße 🦊', 'é'.repeat(70_000), bytes, bytes.subarray(1, 4), bytes.slice(0, 300).buffer]) {
    await writer.write(chunk)
    const { value } = await reader.read()
    if (typeof chunk === 'string') assert.ok(value === chunk)
    else {
      assert.ok(value instanceof Uint8Array && value.constructor === Uint8Array)
      assert.equal(Buffer.compare(value, new Uint8Array(chunk as ArrayBuffer)), 0)
    }
  }
  stream.close({ closeCode: 3000, reason: 'done' })
  assert.deepEqual(await stream.closed, { closeCode: 3000, reason: 'done' })
  assert.equal((await reader.read()).done, true)
  const seen = await ended()
  assert.deepEqual([seen.code, seen.reason, seen.initiator], [3000, 'done', 'remote'])

  const left = await open()
  await left.writer.write('leave')
  assert.deepEqual(await left.stream.closed, { closeCode: 4001, reason: 'enough' })
  assert.equal((await left.reader.read()).value, 'leave')
  assert.equal((await left.reader.read()).done, true)
  assert.equal((await failureOf(left.writer.write('late'))).name, 'InvalidStateError')
  await ended()

  const ending = await open()
  await ending.writer.close()
  assert.deepEqual(await ending.stream.closed, { closeCode: 1005, reason: '' })
  assert.equal((await ended()).wasClean, true)
})

test('a WebSocketStream tells every other end with a WebSocketError, and closes with the code and reason of one', { timeout }, async () => {
  const { close, ended } = ends()
  await using server = await serve({
    paths: ['/open', '/refuse'],
    upgrade: ({ path }) => (path === '/refuse' ? new Response('no', { status: 403 }) : {}),
    close,
    message: (socket) => socket.terminate(),
  })
  const url = (path: string): string => new URL(path, server.url).href
  const refused = new WebSocketStream(url('/refuse'))
  const [opened, closed] = await Promise.all([failureOf<WebSocketError>(refused.opened), failureOf<WebSocketError>(refused.closed)])
  assert.ok(opened instanceof WebSocketError && opened instanceof DOMException && closed instanceof WebSocketError)
  assert.deepEqual([opened.name, opened.closeCode, closed.closeCode, closed.reason], ['WebSocketError', null, 1006, ''])

  const dropped = new WebSocketStream(url('/open'))
  const { readable, writable } = await dropped.opened
  const writer = writable.getWriter()
  await writer.write('terminate')
  const error = await failureOf<WebSocketError>(dropped.closed)
  assert.ok(error instanceof WebSocketError)
  assert.deepEqual([error.closeCode, error.reason], [1006, ''])
  assert.equal(await failureOf(readable.getReader().read()), error)
  assert.equal(await failureOf(writer.closed), error)
  assert.equal((await ended()).code, 1006)

  for (const end of ['abort', 'cancel'] as const) {
    const stream = new WebSocketStream(url('/open'))
    const { readable, writable } = await stream.opened
    const reason = new WebSocketError('why', { closeCode: 4321, reason: end })
    await (end === 'abort' ? writable.abort(reason) : readable.cancel(reason))
    assert.deepEqual(await stream.closed, { closeCode: 4321, reason: end })
    const { code, reason: heard } = await ended()
    assert.deepEqual([code, heard], [4321, end])
  }
})

test('structuredClone makes of a WebSocketError what it makes of a DOMException: close code, reason and cause are lost [Web IDL §4.3]', async () => {
  const failed = await failureOf<WebSocketError>(new WebSocketStream('ws://127.0.0.1:1/').opened)
  assert.ok(failed.cause !== undefined)
  for (const error of [new WebSocketError('why', { closeCode: 3000, reason: 'done' }), failed]) {
    const clone = structuredClone(error)
    const expected = structuredClone(new DOMException(error.message, 'WebSocketError'))
    assert.equal(Object.getPrototypeOf(clone), Object.getPrototypeOf(expected))
    assert.deepEqual([clone.name, clone.message], [expected.name, expected.message])
    assert.deepEqual([clone.closeCode, clone.reason, clone.cause], [undefined, undefined, undefined])
    // Node 20 clones no DOMException: it makes an empty object.
    if (!process.version.startsWith('v20.')) assert.ok(clone instanceof DOMException && clone.name === 'WebSocketError')
  }
})

test('an abort signal ends the opening handshake of a WebSocketStream, and means nothing once it is open', { timeout }, async () => {
  let asked!: () => void
  const request = new Promise<void>((resolve) => {
    asked = resolve
  })
  let dropped = false
  await using server = await serve({
    paths: ['/open', '/wait'],
    async upgrade({ path }, { signal }) {
      if (path !== '/wait') return {}
      const gone = new Promise((resolve) => signal.addEventListener('abort', resolve))
      asked()
      await gone
      dropped = true
      return {}
    },
    message: (socket, data) => void socket.send(data),
  })
  const before = new WebSocketStream(server.url, { signal: AbortSignal.abort() })
  for (const promise of [before.opened, before.closed]) assert.equal((await failureOf(promise)).name, 'AbortError')

  const controller = new AbortController()
  const during = new WebSocketStream(new URL('/wait', server.url), { signal: controller.signal })
  await request
  const reason = new Error('changed my mind')
  controller.abort(reason)
  for (const promise of [during.opened, during.closed]) assert.equal(await failureOf(promise), reason)

  const later = new AbortController()
  const after = new WebSocketStream(new URL('/open', server.url), { signal: later.signal })
  const { readable, writable } = await after.opened
  later.abort()
  await writable.getWriter().write('a')
  assert.equal((await readable.getReader().read()).value, 'a')
  after.close()
  await after.closed
  while (!dropped) await new Promise((resolve) => setImmediate(resolve))
})

const count = 120
const size = 256 * 1024

test('a WebSocketStream that nobody reads makes the server wait, and a server that does not read makes the writer wait', { timeout }, async () => {
  let sent = 0
  let received = 0
  let resume!: () => void
  let all!: () => void
  const everything = new Promise<void>((resolve) => {
    all = resolve
  })
  await using server = await serve({
    paths: ['/sends', '/receives', '/other'],
    upgrade: ({ path }) => ({ context: path }),
    limits: { receiveBuffer: size },
    async open(socket) {
      if (socket.context === '/receives') {
        socket.pause()
        resume = () => socket.resume()
      }
      if (socket.context !== '/sends') return
      for (const message = new Uint8Array(size); sent < count; sent++) {
        if (socket.send(message) === 'closed') return
        await socket.drained
      }
    },
    message() {
      if (++received === count) all()
    },
  })
  const other = await connect(new URL('/other', server.url))
  /** Enough turns of the event loop to transport all of it, if nobody had to wait. */
  const idle = async (): Promise<void> => {
    for (let i = 0; i < 300; i++) await other.ping()
  }
  const reading = new WebSocketStream(new URL('/sends', server.url))
  const writing = new WebSocketStream(new URL('/receives', server.url))
  const reader = (await reading.opened).readable.getReader()
  const writer = (await writing.opened).writable.getWriter()
  let written = 0
  const wrote = (async () => {
    for (const message = new Uint8Array(size); written < count; written++) await writer.write(message)
  })()
  await idle()
  assert.ok(sent < count, `all of ${count} messages were sent, and nobody read`)
  assert.ok(written < count, `all of ${count} writes ended, and nobody read`)
  assert.ok((writer.desiredSize ?? 1) <= 0)
  assert.ok(received < count)
  let bytes = 0
  for (let i = 0; i < count; i++) bytes += ((await reader.read()).value as Uint8Array).byteLength
  assert.equal(bytes, count * size)
  resume()
  await wrote
  await everything
  reading.close()
  writing.close()
  await Promise.all([reading.closed, writing.closed, other.close()])
})
