import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serializeMessage } from '../../../src/core/protocol/frame-serializer.ts'
import { text } from '../platform.ts'
import { Recorder, fromClient, hex, pair } from './recorder.ts'

test('messages of every length form arrive as they were sent, in both directions', () => {
  const { client, server, exchange } = pair()
  const texts = [
    '',
    'a',
    'é',
    'x'.repeat(125),
    'é'.repeat(63),
    'é'.repeat(62),
    '€'.repeat(42),
    'x'.repeat(126),
    'x'.repeat(65535),
    'é'.repeat(40000),
    '𝄞'.repeat(9000),
  ]
  const binaries = [0, 1, 125, 126, 16383, 16384, 65535, 65536, 300000].map((length) => new Uint8Array(length).map((_, i) => i * 7))
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    for (const string of texts) assert.equal(from.connection.sendText(string), true)
    for (const bytes of binaries) assert.equal(from.connection.sendBinary(bytes), true)
    exchange()
    assert.deepEqual(
      to.messages.map((data) => (typeof data === 'string' ? data : hex(data))),
      [...texts, ...binaries.map(hex)],
    )
  }
})

test('a client masks each frame with a new key and leaves the payload unchanged [RFC 6455 §5.3]', () => {
  let keys = 0
  const client = new Recorder('client', { random: { fill: () => assert.fail(), uint32: () => ++keys * 0x01010101 } })
  const payload = new Uint8Array([1, 2, 3, 4])
  client.connection.sendBinary(payload)
  client.connection.sendPing()
  assert.equal(client.takeHex(), '828401010101000302058980' + '02020202')
  assert.deepEqual([...payload], [1, 2, 3, 4])
})

test('fragments are sent with the opcode in the first and FIN in the last [RFC 6455 §5.4]', () => {
  const server = new Recorder('server')
  server.connection.sendFragment('ab', { first: true, fin: false })
  server.connection.sendPing()
  server.connection.sendFragment('', { first: false, fin: false })
  server.connection.sendFragment('é', { first: false, fin: true })
  server.connection.sendFragment(new Uint8Array([1]), { first: true, fin: true })
  assert.equal(server.takeHex(), '01026162' + '8900' + '0000' + '8002c3a9' + '820101')
})

test('messages are not put between the fragments of another [RFC 6455 §5.4]', () => {
  const { connection } = new Recorder('server')
  assert.throws(() => connection.sendFragment('a', { first: false, fin: true }), TypeError)
  connection.sendFragment('a', { first: true, fin: false })
  assert.throws(() => connection.sendText('b'), /fragmented message/)
  assert.throws(() => connection.sendBinary(new Uint8Array(1)), /fragmented message/)
  assert.throws(() => connection.sendPrepared(serializeMessage('x', text)), /fragmented message/)
  assert.throws(() => connection.sendFragment('a', { first: true, fin: true }), /fragmented message/)
  assert.throws(() => connection.sendFragment(new Uint8Array(1), { first: false, fin: true }), /text and bytes/)
  connection.sendFragment('b', { first: false, fin: true })
  assert.equal(connection.sendText('c'), true)
})

test('a frame that is prepared once is sent as it is', () => {
  const frame = serializeMessage('hello', text)
  const server = new Recorder('server')
  assert.equal(server.connection.sendPrepared(frame), true)
  assert.equal(server.connection.output.take()[0], frame)
})

test('a control frame above 125 bytes is refused to the caller [RFC 6455 §5.5]', () => {
  const { connection } = new Recorder('server')
  assert.throws(() => connection.sendPing(new Uint8Array(126)), RangeError)
  assert.throws(() => connection.sendPong(new Uint8Array(126)), RangeError)
})

test('a borrowed buffer is held only while there is output', () => {
  let borrowed = 0
  const buffers = {
    acquire: (minimum: number): Uint8Array => {
      borrowed++
      return new Uint8Array(minimum)
    },
    release: (): void => {
      borrowed--
    },
  }
  const server = new Recorder('server', { buffers })
  server.onMessage = (data) => server.connection.sendText(String(data))
  assert.equal(borrowed, 0)
  server.receive(fromClient(1, 'x'), fromClient(1, 'y'.repeat(100_000)))
  assert.equal(borrowed, 0)
  server.connection.sendText('x')
  assert.equal(borrowed, 1)
  server.connection.transportClosed(new Error('gone'), 0)
  assert.equal(borrowed, 0)
})
