import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PENDING, type PieceDecoder, RSV1 } from '../../../src/core/protocol/extension.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { closeFrame, fromClient, fromServer, LIMITS, StreamRecorder, utf8 } from './recorder.ts'
import { type TestSession, xor } from './test-extensions.ts'

/** Each written byte becomes `times` bytes of its value, at most `step` of them in one read. */
class Repeating implements PieceDecoder {
  heldBytes = 0
  /** `read` answers PENDING, and keeps `ready` here. */
  isSlow = false
  ready: ((error?: Error) => void) | undefined
  readonly #times: number
  readonly #step: number
  #waiting: number[] = []

  constructor(times: number, step: number) {
    this.#times = times
    this.#step = step
  }

  begin({ rsv }: { rsv: number }): number {
    return rsv & ~RSV1
  }

  write(bytes: Uint8Array): void {
    for (const byte of bytes) for (let i = 0; i < this.#times; i++) this.#waiting.push(byte)
  }

  read(ready: (error?: Error) => void): Uint8Array | typeof PENDING | undefined {
    if (this.#waiting.length === 0) return undefined
    if (this.isSlow) {
      this.ready = ready
      return PENDING
    }
    return new Uint8Array(this.#waiting.splice(0, this.#step))
  }
}

function repeating(times: number, step: number): { session: TestSession; decoder: Repeating } {
  const decoder = new Repeating(times, step)
  return { session: { ...xor(0, RSV1), pieces: decoder }, decoder }
}

test('a message is handed over while it arrives, in the pieces of the transport, and nothing of it is held', () => {
  const server = new StreamRecorder('server')
  const frame = fromClient(2, new Uint8Array(100_000).fill(7))
  for (let at = 0; at < frame.length; at += 10_000) {
    server.receive(frame.subarray(at, at + 10_000))
    assert.ok(server.connection.heldBytes < 1000, `${server.connection.heldBytes} bytes are held`)
  }
  assert.equal(server.sizes.length, 11)
  assert.deepEqual(server.messages, [new Uint8Array(100_000).fill(7)])
})

test('control frames between the fragments of a message are answered [RFC 6455 §5.4]', () => {
  const client = new StreamRecorder('client')
  client.receive(fromServer(1, 'a', false), fromServer(9, 'p'), fromServer(0, 'b'))
  assert.deepEqual(client.log, ['ping 70', 'message text "ab"'])
  assert.equal(client.take().length, 7)
})

test('a message above limits.streamedMessage fails with 1009 at the header that says so', () => {
  const client = new StreamRecorder('client', { limits: { ...LIMITS, streamedMessage: 10 } })
  client.receive(fromServer(2, new Uint8Array(6), false), fromServer(0, new Uint8Array(5)).subarray(0, 2))
  assert.deepEqual(client.sizes, [6])
  const { error, sent } = client.finish()
  assert.deepEqual([sent?.code, error?.limit], [1009, 'streamedMessage'])
  assert.equal(client.cuts[0], error)
})

test('without limits.streamedMessage a message is longer than limits.message', () => {
  const server = new StreamRecorder('server', { limits: { ...LIMITS, message: 10, streamedMessage: Infinity } })
  server.receive(fromClient(2, new Uint8Array(1000)))
  assert.equal((server.messages[0] as Uint8Array).length, 1000)
})

test('invalid UTF-8 fails with 1007 at the piece that shows it, and what came before it was handed over [RFC 6455 §8.1]', () => {
  const server = new StreamRecorder('server')
  const bytes = fromClient(1, new Uint8Array([...utf8('good'), 0xff, ...utf8('x'.repeat(100))]))
  server.receive(bytes.subarray(0, 10), bytes.subarray(10, 11))
  assert.deepEqual(server.sizes, [4])
  assert.equal(server.finish().sent?.code, 1007)
  assert.equal(server.cuts[0]?.closeCode, 1007)
})

test('a Close frame in the middle of a message cuts it off with its close code, and is answered at once', () => {
  const client = new StreamRecorder('client')
  client.receive(fromServer(2, 'abc', false), fromServer(8, new Uint8Array([...closeFrame(4001), ...utf8('why')])))
  assert.match(client.cuts[0]?.message ?? '', /Close frame, 4001 why, in the middle/)
  assert.equal(client.cuts[0]?.closeCode, 4001)
  client.receive()
  assert.equal(client.finish().sent?.code, 4001)
})

test('a decoder is read no further while the connection is paused, and goes on with resume', () => {
  const { session } = repeating(100, 10)
  const client = new StreamRecorder('client', { extensions: [session] })
  client.onPiece = () => client.connection.pause()
  client.receive(serializeFrame({ opcode: 2, rsv: RSV1, payload: new Uint8Array(3) }), fromServer(1, 'z'))
  assert.deepEqual(client.sizes, [10])
  for (let i = 0; i < 40; i++) client.connection.resume(0)
  client.connection.resume(0)
  assert.deepEqual(
    client.messages.map((message) => message.length),
    [300, 100],
  )
  assert.ok(client.sizes.every((size) => size <= 10))
})

test('a decoder that answers PENDING holds the input until it is ready, also where the connection is paused meanwhile', () => {
  const { session, decoder } = repeating(2, 10)
  const client = new StreamRecorder('client', { extensions: [session] })
  decoder.isSlow = true
  client.receive(serializeFrame({ opcode: 2, rsv: RSV1, payload: new Uint8Array(3) }), fromServer(9, 'p'))
  assert.deepEqual(client.log, [])
  client.connection.pause()
  decoder.isSlow = false
  decoder.ready?.()
  assert.deepEqual(client.log, [])
  client.connection.resume(0)
  assert.deepEqual(client.log, [`message binary ${'00'.repeat(6)}`, 'ping 70'])
})

test('an error of a decoder fails the connection with 1007, and a bit that it leaves set with 1002', () => {
  const { session, decoder } = repeating(1, 1)
  const failing = new StreamRecorder('client', { extensions: [session] })
  decoder.isSlow = true
  failing.receive(serializeFrame({ opcode: 2, rsv: RSV1, payload: new Uint8Array(1) }))
  decoder.ready?.(new Error('not data'))
  assert.equal(failing.finish().sent?.code, 1007)
  const left = new StreamRecorder('client', { extensions: [{ ...session, pieces: Object.assign(new Repeating(1, 1), { begin: () => RSV1 }) }] })
  left.receive(serializeFrame({ opcode: 2, rsv: RSV1, payload: new Uint8Array(1) }))
  assert.equal(left.finish().sent?.code, 1002)
})

test('the limit counts what a decoder makes of a message: 1009 before the step beyond it is handed over', () => {
  const { session } = repeating(1000, 64)
  const client = new StreamRecorder('client', { extensions: [session], limits: { ...LIMITS, streamedMessage: 100 } })
  client.receive(serializeFrame({ opcode: 2, rsv: RSV1, payload: new Uint8Array(1) }))
  assert.deepEqual(client.sizes, [64])
  assert.equal(client.finish().sent?.code, 1009)
})

test('where an extension decodes whole frames only, messages come whole', () => {
  const client = new StreamRecorder('client', { extensions: [xor(0, RSV1)] })
  client.receive(fromServer(1, 'ab', false), fromServer(0, 'c'))
  assert.deepEqual([client.log, client.sizes], [['message text "abc"'], []])
})
