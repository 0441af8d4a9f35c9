import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageError } from '../../src/core/errors.ts'
import { pair } from '../../src/testing/index.ts'
import { encodeMessage } from '../../src/connection/outgoing-message.ts'

const codec = (encode: (message: any) => any) => ({ decode: (data: string | Uint8Array) => data, encode })

test('a message without a codec is a string or bytes, and anything else is refused with its type', () => {
  const bytes = Uint8Array.of(1)
  assert.equal(encodeMessage('text', undefined, ''), 'text')
  assert.equal(encodeMessage(bytes, undefined, ''), bytes)
  assert.throws(() => encodeMessage(null, undefined, ''), new TypeError('a message is a string or a Uint8Array, received null'))
  assert.throws(() => encodeMessage({}, undefined, ''), /received object/)
  assert.throws(() => encodeMessage(4096, undefined, ''), /received number/)
  for (const [message, advice] of [
    [{ a: 1 }, /received object: give JSON\.stringify\(message\), or declare a subprotocol with json\(\)$/],
    [new ArrayBuffer(1), /received an ArrayBuffer: give new Uint8Array\(buffer\)$/],
    [new DataView(new ArrayBuffer(1)), /received another view of a buffer: give a Uint8Array$/],
  ] as const) {
    assert.throws(() => encodeMessage(message, undefined, ''), advice)
  }
})

test('a codec encodes each message, and its errors name the subprotocol', () => {
  assert.equal(encodeMessage(7, codec(String), 'numbers'), '7')
  assert.throws(
    () =>
      encodeMessage(
        7,
        codec((number) => number),
        'numbers',
      ),
    new TypeError('the codec of subprotocol numbers: encode returns a string or a Uint8Array at once, but it returned number'),
  )
  assert.throws(
    () =>
      encodeMessage(
        7,
        codec(async () => Promise.reject(new Error('late'))),
        'numbers',
      ),
    /subprotocol numbers: .* at once, but it returned a promise$/,
  )
  const cause = new Error('no')
  const broken = codec(() => {
    throw cause
  })
  assert.throws(
    () => encodeMessage(7, broken, 'numbers'),
    (error) => error instanceof MessageError && error.subprotocol === 'numbers' && error.cause === cause,
  )
  const refusing = codec(() => {
    throw new MessageError('refused', { fault: 'application', subprotocol: '', issues: [] })
  })
  assert.throws(
    () => encodeMessage(7, refusing, 'numbers'),
    (error) => error instanceof MessageError && error.subprotocol === 'numbers',
  )
})

test('bytes that claim another length than they have are refused by every call that sends them, and nothing is sent', async () => {
  class Longer extends Uint8Array {
    override get length(): number {
      return 1000
    }
  }
  class LongerToo extends Uint8Array {
    override get byteLength(): number {
      return 1000
    }
  }
  const received: unknown[] = []
  const { client, server } = await pair({ server: { message: (_socket, message) => void received.push(message) } })
  for (const lying of [new Longer(4), new LongerToo(4), Object.create(Uint8Array.prototype) as Uint8Array]) {
    assert.throws(() => client.send(lying), TypeError)
    assert.throws(() => server.send(lying), TypeError)
    await assert.rejects(async () => client.ping(lying))
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield new Longer(4)
  }
  client.send('after')
  await client.close()
  assert.deepEqual(received, ['after'])
  const second = await pair({})
  await assert.rejects(second.server.sendStream(pieces()), TypeError)
})
