import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoUrl, next, openFor } from './echo-server.ts'

const buffer = (...bytes: number[]): ArrayBuffer => Uint8Array.from(bytes).buffer
const long = 'c'.repeat(65_000)
/** `received` is a string, or bytes, which come under both binary types. */
const messages: [name: string, sent: unknown, received: string | number[], test: string][] = [
  ['text', 'Message to send', 'Message to send', 'Send-data'],
  ['an empty text', '', '', 'Send-0byte-data'],
  ['65000 characters', long, long, 'Send-65K-data'],
  ['text in other scripts', '\u0bca\u0bc8 ¥¥¥¥¥¥', '\u0bca\u0bc8 ¥¥¥¥¥¥', 'Send-unicode-data'],
  ['paired surrogates', '\ud801\udc07', '\ud801\udc07', 'Send-paired-surrogates'],
  ['a lone high surrogate', '\ud807', '\ufffd', 'Send-unpaired-surrogates'],
  ['surrogates in wrong order', 'a\udc00xb\ud800xc\udc00\ud800x', 'a\ufffdxb\ufffdxc\ufffd\ufffdx', 'send/006'],
  ['null', null, 'null', 'Send-null'],
  ['undefined', undefined, 'undefined', 'send/011'],
  ['a number', 12, '12', 'send/010'],
  ['an array', [1, 2], '1,2', 'send/010'],
  ['an ArrayBuffer', buffer(1, 2, 3), [1, 2, 3], 'Send-binary-arraybuffer'],
  ['an empty ArrayBuffer', buffer(), [], 'Send-binary-arraybuffer'],
  ['an ArrayBuffer of 65000 bytes', new ArrayBuffer(65_000), Array.from({ length: 65_000 }, () => 0), 'Send-binary-65K-arraybuffer'],
  ['an Int8Array', Int8Array.of(-1, 2), [255, 2], 'Send-binary-arraybufferview-int8'],
  ['an Int16Array with an offset', new Int16Array(buffer(1, 2, 3, 4), 2), [3, 4], 'Send-binary-arraybufferview-int16-offset'],
  ['a Uint8Array with offset and length', new Uint8Array(buffer(1, 2, 3, 4), 1, 2), [2, 3], '-uint8-offset-length'],
  ['a Uint16Array with offset and length', new Uint16Array(buffer(1, 2, 3, 4, 5, 6), 2, 1), [3, 4], '-uint16-offset-length'],
  ['a Uint32Array with an offset', new Uint32Array(buffer(1, 2, 3, 4, 5, 6, 7, 8), 4), [5, 6, 7, 8], '-uint32-offset'],
  ['an Int32Array', new Int32Array(buffer(1, 2, 3, 4)), [1, 2, 3, 4], '-int32'],
  ['a Float32Array', new Float32Array(buffer(1, 2, 3, 4)), [1, 2, 3, 4], '-float32'],
  ['a Float64Array', new Float64Array(buffer(1, 2, 3, 4, 5, 6, 7, 8)), [1, 2, 3, 4, 5, 6, 7, 8], '-float64'],
  ['a DataView with offset and length', new DataView(buffer(1, 2, 3, 4), 1, 2), [2, 3], 'send with a DataView'],
  ['a Blob', new Blob(['a', 'bc']), [97, 98, 99], 'Send-binary-blob'],
  ['an empty Blob', new Blob([]), [], 'Send-binary-blob'],
  ...[125, 126, 127, 65_535, 65_536].map((length): [string, string, string, string] => {
    return [`${length} characters`, 'x'.repeat(length), 'x'.repeat(length), 'extended-payload-length']
  }),
]

test('every type of message comes back as it was sent, under both binary types [WPT Send-*]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  await next(socket, 'open')
  for (const [name, sent, received, from] of messages) {
    await t.test(`${name} [WPT ${from}]`, async () => {
      for (const binaryType of ['blob', 'arraybuffer'] as const) {
        socket.binaryType = binaryType
        const echo = next(socket, 'message')
        assert.equal((socket.send as (data: unknown) => unknown).call(socket, sent), undefined)
        const data = (await echo).data as string | Blob | ArrayBuffer
        if (typeof received === 'string') {
          assert.equal(data, received)
          continue
        }
        assert.ok(typeof data !== 'string' && data instanceof (binaryType === 'blob' ? Blob : ArrayBuffer))
        assert.deepEqual(Buffer.from(data instanceof Blob ? await data.arrayBuffer() : data), Buffer.from(received))
      }
    })
  }
})

test('a message is sent with the bytes that its buffer had at the call [WPT Send-binary-arraybuffer]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  socket.binaryType = 'arraybuffer'
  await next(socket, 'open')
  const bytes = Uint8Array.of(1, 2, 3)
  socket.send(bytes)
  bytes.fill(9)
  assert.deepEqual(new Uint8Array((await next(socket, 'message')).data as ArrayBuffer), Uint8Array.of(1, 2, 3))
})

test('send() before open is an InvalidStateError, and without an argument a TypeError [WPT Send-before-open, send/001, send/002]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  for (const data of ['a', new ArrayBuffer(1), new Blob(['a'])]) assert.throws(() => socket.send(data), { name: 'InvalidStateError' })
  assert.throws(() => (socket as unknown as { send(): void }).send(), TypeError)
})

test('an argument that cannot be converted is a TypeError before the state is looked at [WPT send/002, Web IDL section 3.7.7]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  assert.throws(() => socket.send(Symbol('s') as unknown as string), TypeError)
})

test('binaryType decides at the time of the event, and keeps only its two values [WPT binaryType-wrong-value, binary/*]', async (t) => {
  const socket = openFor(t, await echoUrl(t))
  socket.binaryType = 'notBlobOrArrayBuffer' as 'blob'
  assert.equal(socket.binaryType, 'blob')
  await next(socket, 'open')
  const kinds: boolean[] = []
  socket.onmessage = ({ data }) => {
    kinds.push(data instanceof Blob)
    socket.binaryType = 'arraybuffer'
  }
  for (let count = 0; count < 2; count++) socket.send(new Uint8Array(1))
  while (kinds.length < 2) await next(socket, 'message')
  assert.deepEqual(kinds, [true, false])
})
