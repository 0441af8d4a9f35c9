import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocketBase } from '../../src/web/index.ts'
import type { CloseEvent, ErrorEvent, EstablishHandler, EstablishRequest } from '../../src/web/index.ts'
import { FakeSocket } from './fake-socket.ts'

interface Made {
  readonly webSocket: WebSocketBase
  readonly request: EstablishRequest
  readonly handler: EstablishHandler
  readonly log: string[]
  open(socket?: FakeSocket): FakeSocket
  nextTask(): void
}

function make(url = 'ws://h/', second?: unknown, baseUrl?: string): Made {
  let request: EstablishRequest | undefined
  let handler: EstablishHandler | undefined
  const tasks: (() => void)[] = []
  const webSocket = new WebSocketBase(
    {
      baseUrl,
      afterTask: (callback) => tasks.push(callback),
      establish: (given, to) => {
        request = given
        handler = to
        given.signal.addEventListener('abort', () => queueMicrotask(() => to.failed(given.signal.reason as Error)))
      },
    },
    url,
    second,
  )
  assert.ok(request !== undefined && handler !== undefined)
  const log: string[] = []
  for (const type of ['open', 'message', 'error', 'close']) webSocket.addEventListener(type, () => log.push(type))
  const established = handler
  return {
    webSocket, request, handler: established, log,
    open: (socket = new FakeSocket(established)) => {
      established.open(socket)
      return socket
    },
    nextTask: () => { for (const task of tasks.splice(0)) task() },
  }
}

const thrown = (name: string) => (error: unknown) => error instanceof DOMException && error.name === name

test('C1.7 the class takes http and https for ws and wss, and url shows ws and wss', () => {
  assert.equal(make('http://h/a').webSocket.url, 'ws://h/a')
  assert.equal(make('https://h/a').webSocket.url, 'wss://h/a')
})

test('C1.8 a relative URL is resolved against the base URL', () => {
  assert.equal(make('../chat?x=1', undefined, 'https://h:8443/a/b/c').webSocket.url, 'wss://h:8443/a/chat?x=1')
})

test('C1.9 a relative URL without a base is a SyntaxError', () => {
  for (const url of ['/chat', 'chat', '', '//h/']) assert.throws(() => make(url), thrown('SyntaxError'))
})

test('C1.10 other schemes are a SyntaxError', () => {
  for (const url of ['ftp://h/', 'mailto:a@b', 'about:blank', 'wsss://h/']) assert.throws(() => make(url), thrown('SyntaxError'))
})

test('C1.11 a fragment is a SyntaxError, an empty one too', () => {
  for (const url of ['ws://h/#', 'ws://h/#a']) assert.throws(() => make(url), thrown('SyntaxError'))
})

test('C1.16 a subprotocol that is named twice is a SyntaxError', () => {
  assert.throws(() => make('ws://h/', ['a', 'a']), thrown('SyntaxError'))
})

test('C1.17 subprotocols that differ only in case are allowed', () => {
  assert.deepEqual(make('ws://h/', ['a', 'A']).request.subprotocols, ['a', 'A'])
})

test('C1.18 what is not a token is a SyntaxError', () => {
  for (const name of ['', 'a b', 'a,b', 'a/b', 'ä', 'a\u0000', 'a\r\nb', '"a"']) {
    assert.throws(() => make('ws://h/', [name]), thrown('SyntaxError'))
    assert.throws(() => make('ws://h/', { protocols: name }), thrown('SyntaxError'))
  }
})

test('C1.19 protocols may be a string, an array, an iterable, an option, or absent', () => {
  assert.deepEqual(make('ws://h/', 'a').request.subprotocols, ['a'])
  assert.deepEqual(make('ws://h/', []).request.subprotocols, [])
  assert.deepEqual(make('ws://h/').request.subprotocols, [])
  assert.deepEqual(make('ws://h/', new Set(['b', 'a'])).request.subprotocols, ['b', 'a'])
  const { request } = make('ws://h/', { protocols: ['a'], headers: { x: '1' } })
  assert.deepEqual(request.subprotocols, ['a'])
  assert.deepEqual(request.extra, { headers: { x: '1' } })
})

test('C1.21 close() while CONNECTING gives error, then close 1006, and no open', async () => {
  const made = make()
  let event: CloseEvent | undefined
  made.webSocket.onclose = (close) => { event = close }
  made.webSocket.close()
  assert.equal(made.webSocket.readyState, 2)
  assert.deepEqual(made.log, [])
  await Promise.resolve()
  await Promise.resolve()
  assert.deepEqual(made.log, ['error', 'close'])
  assert.equal(event?.code, 1006)
  assert.equal(event?.wasClean, false)
  assert.equal(made.webSocket.readyState, 3)
})

test('a connection that is established after close() is dropped, and does not open', () => {
  const made = make()
  made.webSocket.close()
  const socket = made.open()
  assert.equal(socket.terminated, true)
  assert.deepEqual(made.log.filter((type) => type === 'open'), [])
})

test('C1.23 send() while CONNECTING is an InvalidStateError', () => {
  const { webSocket } = make()
  assert.throws(() => webSocket.send('x'), thrown('InvalidStateError'))
  assert.throws(() => (webSocket.send as () => void)(), TypeError)
})

test('a code that is neither 1000 nor 3000 to 4999 is an InvalidAccessError, clamped as Web IDL says', () => {
  for (const code of [0, 999, 1001, 1005, 2999, 5000, 70_000, -1, Number.NaN, 'x' as unknown as number]) {
    assert.throws(() => make().webSocket.close(code), thrown('InvalidAccessError'), String(code))
  }
  for (const [code, sent] of [[1000, 1000], [3000, 3000], [4999, 4999], [999.6, 1000], ['3000' as unknown as number, 3000]] as const) {
    const made = make()
    const socket = made.open()
    made.webSocket.close(code)
    assert.deepEqual(socket.closes, [[sent, '']])
  }
})

test('a reason above 123 bytes of UTF-8 is a SyntaxError', () => {
  assert.throws(() => make().webSocket.close(1000, 'é'.repeat(62)), thrown('SyntaxError'))
  const made = make()
  const socket = made.open()
  made.webSocket.close(3000, 'é'.repeat(61))
  assert.deepEqual(socket.closes, [[3000, 'é'.repeat(61)]])
})

test('close() without arguments sends an empty Close frame; a reason alone goes with 1000', () => {
  const made = make()
  const socket = made.open()
  made.webSocket.close()
  made.webSocket.close(3001)
  assert.deepEqual(socket.closes, [[undefined, '']])
  const other = make()
  const otherSocket = other.open()
  other.webSocket.close(undefined, 'why')
  assert.deepEqual(otherSocket.closes, [[1000, 'why']])
})

test('the constants are on the constructor, the prototype and every object, and cannot be written', () => {
  const { webSocket } = make()
  for (const target of [WebSocketBase, WebSocketBase.prototype, webSocket] as unknown as Record<string, unknown>[]) {
    assert.deepEqual([target['CONNECTING'], target['OPEN'], target['CLOSING'], target['CLOSED']], [0, 1, 2, 3])
  }
  assert.throws(() => { (WebSocketBase as unknown as { OPEN: number }).OPEN = 7 }, TypeError)
  assert.equal(Object.prototype.toString.call(webSocket), '[object WebSocket]')
})

test('open comes before the first message, and binaryType decides how bytes arrive', async () => {
  const made = make('wss://h:8443/x')
  const seen: MessageEvent[] = []
  made.webSocket.onmessage = (event) => { seen.push(event) }
  made.open()
  assert.equal(made.webSocket.readyState, 1)
  assert.equal(made.webSocket.binaryType, 'blob')
  made.handler.message('text')
  made.handler.message(new Uint8Array([1, 2, 3]).subarray(1))
  made.webSocket.binaryType = 'arraybuffer'
  made.webSocket.binaryType = 'nodebuffer' as 'blob'
  made.handler.message(new Uint8Array([1, 2, 3]).subarray(1))
  assert.deepEqual(made.log, ['open', 'message', 'message', 'message'])
  assert.equal(seen[0]?.data, 'text')
  assert.equal(seen[0]?.origin, 'wss://h:8443')
  assert.deepEqual(new Uint8Array(await (seen[1]?.data as Blob).arrayBuffer()), new Uint8Array([2, 3]))
  assert.ok(seen[2]?.data instanceof ArrayBuffer)
  assert.deepEqual(new Uint8Array(seen[2].data), new Uint8Array([2, 3]))
})

test('no message is delivered after close() was called', () => {
  const made = make()
  made.open()
  made.webSocket.close()
  made.handler.message('late')
  assert.deepEqual(made.log, ['open'])
})

test('what is sent keeps its order although a Blob is read asynchronously, and close() goes last', async () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('a')
  made.webSocket.send(new Blob(['bb']))
  made.webSocket.send('ccc')
  made.webSocket.close(1000)
  assert.equal(made.webSocket.bufferedAmount, 6)
  assert.deepEqual(socket.sent, ['a'])
  await socket.closeCalled
  assert.deepEqual(socket.sent, ['a', new Uint8Array([98, 98]), 'ccc'])
  assert.deepEqual(socket.closes, [[1000, '']])
})

test('bytes are those of the moment of send(), from buffers and views of every kind', () => {
  const made = make()
  const socket = made.open()
  const bytes = new Uint8Array([1, 2, 3, 4])
  made.webSocket.send(bytes.subarray(1, 3))
  made.webSocket.send(bytes.buffer)
  made.webSocket.send(new DataView(bytes.buffer, 2))
  made.webSocket.send(new Uint16Array(bytes.buffer, 0, 1))
  bytes.fill(0)
  assert.deepEqual(socket.sent, [[2, 3], [1, 2, 3, 4], [3, 4], [1, 2]].map((list) => new Uint8Array(list)))
  assert.throws(() => made.webSocket.send(new Uint8Array(new SharedArrayBuffer(1))), TypeError)
})

test('what is neither bytes nor a Blob is sent as a string', () => {
  const made = make()
  const socket = made.open()
  for (const value of [null, 1, { toString: () => 'object' }]) made.webSocket.send(value as unknown as string)
  assert.deepEqual(socket.sent, ['null', '1', 'object'])
})

test('bufferedAmount counts payload without framing, stays within the task, follows the socket, and keeps what was never sent', () => {
  const made = make()
  const socket = made.open()
  made.webSocket.send('äö')
  assert.equal(made.webSocket.bufferedAmount, 4)
  made.nextTask()
  assert.equal(made.webSocket.bufferedAmount, 0)
  socket.growth = 30
  made.webSocket.send(new Uint8Array(20))
  made.nextTask()
  assert.equal(made.webSocket.bufferedAmount, 20)
  socket.bufferedAmount = 5
  assert.equal(made.webSocket.bufferedAmount, 5)
  socket.bufferedAmount = 0
  assert.equal(made.webSocket.bufferedAmount, 0)
  made.webSocket.close()
  made.webSocket.send('abc')
  assert.equal(made.webSocket.bufferedAmount, 3)
  made.handler.closed(FakeSocket.cleanClose)
  made.webSocket.send('de')
  made.nextTask()
  assert.equal(made.webSocket.bufferedAmount, 5)
})

test('a failed opening handshake shows what a browser hides: error on the event, then close 1006', () => {
  const made = make()
  const failure = new Error('it is the certificate')
  let event: ErrorEvent | undefined
  made.webSocket.onerror = (error) => { event = error }
  made.handler.failed(failure)
  assert.deepEqual(made.log, ['error', 'close'])
  assert.equal(event?.error, failure)
  assert.match(event?.message ?? '', /certificate/)
})

test('a clean close is one close event with code, reason and wasClean; nothing comes after it', () => {
  const made = make()
  made.open()
  let event: CloseEvent | undefined
  made.webSocket.onclose = (close) => { event = close }
  made.handler.closed(FakeSocket.cleanClose)
  made.handler.closed(FakeSocket.cleanClose)
  assert.deepEqual(made.log, ['open', 'close'])
  assert.deepEqual([event?.code, event?.reason, event?.wasClean], [1000, 'bye', true])
  assert.ok(event instanceof Event)
})

test('protocol and extensions tell what was agreed, and nothing before', () => {
  const made = make()
  assert.deepEqual([made.webSocket.protocol, made.webSocket.extensions], ['', ''])
  const socket = new FakeSocket(made.handler)
  socket.subprotocol = 'soap'
  socket.extensions = [{ name: 'x', parameters: [['a', true], ['b', '1']] }]
  made.open(socket)
  assert.deepEqual([made.webSocket.protocol, made.webSocket.extensions], ['soap', 'x; a; b=1'])
})

test('readyState is CLOSING as soon as the peer has started the closing handshake', () => {
  const made = make()
  const socket = made.open()
  socket.readyState = 'CLOSING'
  assert.equal(made.webSocket.readyState, 2)
})

test('an event handler keeps its place when it is replaced, and null takes it away', () => {
  const made = make()
  const order: string[] = []
  made.webSocket.onopen = () => order.push('first')
  made.webSocket.addEventListener('open', () => order.push('listener'))
  made.webSocket.onopen = () => order.push('replaced')
  made.open()
  assert.deepEqual(order, ['replaced', 'listener'])
  made.webSocket.onopen = null
  made.webSocket.dispatchEvent(new Event('open'))
  assert.deepEqual(order, ['replaced', 'listener', 'listener'])
  made.webSocket.onopen = 7 as unknown as null
  assert.equal(made.webSocket.onopen, null)
})
