import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { RSV1, RSV2 } from '../../../src/core/protocol/extension.ts'
import { serializeMessage } from '../../../src/core/protocol/frame-serializer.ts'
import { text } from '../platform.ts'
import { Recorder } from './recorder.ts'
import { appending, asynchronous, failing, Gate, xor } from './test-extensions.ts'

const bytes = (...octets: number[]): Uint8Array => new Uint8Array(octets)

test('extensions are applied in the order of the list [RFC 6455 §9.1]', () => {
  const server = new Recorder('server', { extensions: [appending(1), appending(2), xor(0xff, RSV2)] })
  server.connection.sendBinary(bytes(0))
  server.connection.sendText('a')
  assert.equal(server.takeHex(), 'a203fffefd' + 'a1039efefd')
})

test('each fragment goes through the extensions, only the first has the RSV bit here, and control frames do not', () => {
  const server = new Recorder('server', { extensions: [xor(0xff, RSV1)] })
  server.connection.sendFragment('a', { first: true, fin: false })
  server.connection.sendPing(bytes(1))
  server.connection.sendFragment('b', { first: false, fin: true })
  assert.equal(server.takeHex(), '41019e' + '890101' + '80019d')
})

test('while an extension is pending, messages wait in order and a Ping overtakes them', () => {
  const gate = new Gate()
  const server = new Recorder('server', { extensions: [asynchronous(gate, xor(0, RSV2)), appending(9)] })
  const { connection } = server
  connection.sendBinary(bytes(1))
  connection.sendBinary(bytes(2, 2))
  connection.sendPrepared(serializeMessage('p', text))
  connection.sendPing()
  connection.close(1000, '', 0)
  assert.equal(connection.queuedBytes, 1 + 2 + 3 + 2 + 4 * 64, 'each waiting message is charged 64 bytes beside its content')
  assert.equal(server.takeHex(), '8900')
  assert.equal(gate.inFlight, 1)
  gate.release()
  assert.equal(server.takeHex(), 'a2020109')
  gate.release()
  assert.equal(server.takeHex(), 'a203020209' + '810170' + '880203e8')
  assert.equal(connection.queuedBytes, 0)
})

test("the answer to the peer's Close frame waits for messages that are being encoded, then the transport ends", () => {
  const gate = new Gate()
  const client = new Recorder('client')
  const server = new Recorder('server', { extensions: [asynchronous(gate, xor(0, RSV2))] })
  server.connection.sendBinary(bytes(1))
  client.connection.close(1000, '', 0)
  server.receive(client.take())
  assert.deepEqual(server.log, ['closing'])
  assert.equal(server.takeHex(), '')
  gate.release()
  assert.equal(server.takeHex(), 'a20101' + '880203e8')
  assert.deepEqual(server.log, ['closing', 'end transport'])
  assert.equal(server.finish().wasClean, true)
})

test('both close while a message is being encoded', () => {
  const gate = new Gate()
  const client = new Recorder('client')
  const server = new Recorder('server', { extensions: [asynchronous(gate, xor(0, RSV2))] })
  server.connection.sendBinary(bytes(1))
  server.connection.close(1001, '', 0)
  client.connection.close(1000, '', 0)
  server.receive(client.take())
  gate.release()
  assert.equal(server.takeHex(), 'a20101' + '880203e9')
  assert.deepEqual([server.finish().wasClean, server.info?.initiator], [true, 'local'])
})

for (const gate of [undefined, new Gate()]) {
  const when = gate === undefined ? 'at once' : 'later'
  test(`an extension that cannot encode, ${when}: 1011, or the code of its ConnectionError`, () => {
    const plain = new Recorder('server', { extensions: [failing('encode', new Error('zlib'), gate)] })
    plain.sent(plain.connection.sendText('x'))
    gate?.release()
    assert.equal(plain.takeHex(), '880203f3')
    const info = plain.finish()
    assert.deepEqual([info.sent?.code, info.error?.fault, (info.error?.cause as Error).message], [1011, 'application', 'zlib'])
    const own = new ConnectionError('mine', { fault: 'application', closeCode: 1009 })
    const typed = new Recorder('server', { extensions: [failing('encode', own, gate)] })
    typed.sent(typed.connection.sendText('x'))
    gate?.release()
    assert.equal(typed.finish().error, own)
  })
}

test('what waits is forgotten when the connection fails, and a late result writes nothing', () => {
  const gate = new Gate()
  const session = asynchronous(gate, xor(0, RSV2))
  const server = new Recorder('server', { extensions: [session] })
  server.connection.sendBinary(bytes(1))
  server.connection.sendBinary(bytes(2))
  server.connection.fail(new ConnectionError('no', { fault: 'application', closeCode: 1008 }), 0)
  assert.equal(server.takeHex(), '880203f0')
  server.finish()
  gate.release()
  assert.equal(server.takeHex(), '')
  assert.equal(session.disposed, 1)
})

test('bytes changed after send never change the message: small, large, either role, behind an extension that is at work', () => {
  for (const role of ['server', 'client'] as const) {
    for (const size of [10, 20_000, 200_000]) {
      const gate = new Gate()
      for (const extensions of [[], [xor(0, RSV2)], [asynchronous(gate, xor(0, RSV2))]]) {
        const sender = new Recorder(role, { extensions, random: { fill: () => undefined, uint32: () => 0 } })
        const payload = new Uint8Array(size).fill(7)
        sender.connection.sendBinary(payload)
        payload.fill(9)
        sender.connection.sendBinary(payload)
        payload.fill(11)
        gate.release()
        gate.release()
        const wire = sender.take()
        assert.deepEqual([wire.filter((byte) => byte === 7).length, wire.filter((byte) => byte === 9).length], [size, size])
      }
    }
  }
})

test('a large payload that the caller promises never to change is referenced, not copied', () => {
  const server = new Recorder('server')
  const payload = new Uint8Array(16384)
  server.connection.sendBinary(payload, { immutable: true })
  const segments = server.connection.output.take()
  assert.equal(segments.length, 2)
  assert.equal(segments[1], payload)
})
