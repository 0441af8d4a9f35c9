import assert from 'node:assert/strict'
import { test } from 'node:test'
import { make, thrown } from './harness.ts'

test('the class takes http and https for ws and wss, and url shows ws and wss [C1.7]', () => {
  assert.equal(make('http://h/a').webSocket.url, 'ws://h/a')
  assert.equal(make('https://h/a').webSocket.url, 'wss://h/a')
})

test('a relative URL is resolved against the base URL [C1.8]', () => {
  assert.equal(make('../chat?x=1', undefined, 'https://h:8443/a/b/c').webSocket.url, 'wss://h:8443/a/chat?x=1')
})

test('a relative URL without a base is a SyntaxError [C1.9]', () => {
  for (const url of ['/chat', 'chat', '', '//h/']) assert.throws(() => make(url), thrown('SyntaxError'))
})

test('other schemes are a SyntaxError [C1.10]', () => {
  for (const url of ['ftp://h/', 'mailto:a@b', 'about:blank', 'wsss://h/']) assert.throws(() => make(url), thrown('SyntaxError'))
})

test('a fragment is a SyntaxError, an empty one too [C1.11]', () => {
  for (const url of ['ws://h/#', 'ws://h/#a']) assert.throws(() => make(url), thrown('SyntaxError'))
})

test('a subprotocol that is named twice is a SyntaxError [C1.16]', () => {
  assert.throws(() => make('ws://h/', ['a', 'a']), thrown('SyntaxError'))
})

test('subprotocols that differ only in case are allowed [C1.17]', () => {
  assert.deepEqual(make('ws://h/', ['a', 'A']).request.subprotocols, ['a', 'A'])
})

test('a subprotocol that is not a token is a SyntaxError [C1.18]', () => {
  for (const name of ['', 'a b', 'a,b', 'a/b', 'ä', 'a\u0000', 'a\r\nb', '"a"']) {
    assert.throws(() => make('ws://h/', [name]), thrown('SyntaxError'))
    assert.throws(() => make('ws://h/', { protocols: name }), thrown('SyntaxError'))
  }
})

test('protocols may be a string, an array, an iterable, an option, or absent [C1.19]', () => {
  assert.deepEqual(make('ws://h/', 'a').request.subprotocols, ['a'])
  assert.deepEqual(make('ws://h/', []).request.subprotocols, [])
  assert.deepEqual(make('ws://h/').request.subprotocols, [])
  assert.deepEqual(make('ws://h/', new Set(['b', 'a'])).request.subprotocols, ['b', 'a'])
  const { request } = make('ws://h/', { protocols: ['a'], headers: { x: '1' } })
  assert.deepEqual(request.subprotocols, ['a'])
  assert.deepEqual(request.extra, { headers: { x: '1' } })
})

test('a code that is neither 1000 nor 3000 to 4999 is an InvalidAccessError, clamped as Web IDL says', () => {
  for (const code of [0, 999, 1001, 1005, 2999, 5000, 70_000, -1, Number.NaN, 'x' as unknown as number]) {
    assert.throws(() => make().webSocket.close(code), thrown('InvalidAccessError'), String(code))
  }
  for (const [code, sent] of [
    [1000, 1000],
    [3000, 3000],
    [4999, 4999],
    [999.6, 1000],
    ['3000' as unknown as number, 3000],
  ] as const) {
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

test('bytes are those of the moment of send(), from buffers and views of every kind', () => {
  const made = make()
  const socket = made.open()
  const bytes = new Uint8Array([1, 2, 3, 4])
  made.webSocket.send(bytes.subarray(1, 3))
  made.webSocket.send(bytes.buffer)
  made.webSocket.send(new DataView(bytes.buffer, 2))
  made.webSocket.send(new Uint16Array(bytes.buffer, 0, 1))
  bytes.fill(0)
  assert.deepEqual(
    socket.sent,
    [
      [2, 3],
      [1, 2, 3, 4],
      [3, 4],
      [1, 2],
    ].map((list) => new Uint8Array(list)),
  )
  assert.throws(() => made.webSocket.send(new Uint8Array(new SharedArrayBuffer(1))), TypeError)
})

test('a value that is neither bytes nor a Blob is sent as a string', () => {
  const made = make()
  const socket = made.open()
  for (const value of [null, 1, { toString: () => 'object' }]) made.webSocket.send(value as unknown as string)
  assert.deepEqual(socket.sent, ['null', '1', 'object'])
})
