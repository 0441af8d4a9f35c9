import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { RSV1, RSV2, RSV3 } from '../../../src/core/protocol/extension.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { text } from '../platform.ts'
import { hex, join, KEY, LIMITS, Recorder } from './recorder.ts'
import { appending, asynchronous, expanding, failing, Gate, xor } from './test-extensions.ts'

/** Both ends with sessions of the same kinds, and a way to carry what the client wrote. */
function stacked(): { client: Recorder; server: Recorder } {
  const sessions = (): ReturnType<typeof xor>[] => [appending(1), xor(0x55, RSV2), appending(2), xor(0xaa, RSV1)]
  return { client: new Recorder('client', { extensions: sessions() }), server: new Recorder('server', { extensions: sessions() }) }
}

test('stacked extensions are undone in reverse order, whole, fragmented and byte by byte [RFC 6455 §9.1]', () => {
  const { client, server } = stacked()
  client.connection.sendText('héllo')
  client.connection.sendFragment('wör', { first: true, fin: false })
  client.connection.sendPing()
  client.connection.sendFragment('ld', { first: false, fin: true })
  client.connection.sendBinary(new Uint8Array(70000).fill(3))
  const wire = client.take()
  server.receive(wire)
  assert.deepEqual(server.messages.slice(0, 2), ['héllo', 'wörld'])
  assert.equal(hex(server.messages[2] as Uint8Array), '03'.repeat(70000))
  const slow = stacked().server
  for (const byte of wire) slow.receive(new Uint8Array([byte]))
  assert.deepEqual(slow.log, server.log)
})

test('bits of an extension that is not agreed fail with 1002, also beside one that is [S12.28, RFC 6455 §5.2]', () => {
  const server = new Recorder('server', { extensions: [xor(1, RSV2)] })
  server.receive(serializeFrame({ opcode: 1, rsv: RSV2 | RSV3, payload: new Uint8Array(1), maskingKey: KEY }))
  assert.equal(server.finish().sent?.code, 1002)
  const none = new Recorder('server')
  none.receive(serializeFrame({ opcode: 1, rsv: RSV1, payload: new Uint8Array(1), maskingKey: KEY }))
  assert.equal(none.finish().sent?.code, 1002)
})

test('a bit that its own extension leaves set fails with 1002', () => {
  const server = new Recorder('client', { extensions: [{ ...xor(1, RSV2), decode: (frame) => frame }] })
  server.receive(serializeFrame({ opcode: 1, rsv: RSV2 }))
  assert.equal(server.finish().sent?.code, 1002)
})

test('the limit counts what an extension makes of a message: 1009, nothing delivered [GHSA-hxp9-w8x3-p566]', () => {
  for (const fin of [true, false]) {
    const client = new Recorder('client', { limits: { ...LIMITS, message: 1000 }, extensions: [expanding(100)] })
    client.receive(serializeFrame({ opcode: 2, rsv: RSV1, payload: new Uint8Array(10) }))
    assert.equal(client.messages.length, 1)
    client.receive(serializeFrame({ opcode: 2, fin, rsv: RSV1, payload: new Uint8Array(fin ? 11 : 10) }))
    if (!fin) client.receive(serializeFrame({ opcode: 0, payload: new Uint8Array(1) }))
    assert.equal(client.messages.length, 1)
    assert.equal(client.finish().sent?.code, 1009)
  }
})

test('the budget of an extension is the number of bytes by which the message may still grow', () => {
  const budgets: number[] = []
  const session = xor(0, RSV1)
  const client = new Recorder('client', {
    limits: { ...LIMITS, message: 100 },
    extensions: [{ ...session, decode: (frame, budget, done) => (budgets.push(budget), session.decode(frame, budget, done)) }],
  })
  client.receive(serializeFrame({ opcode: 2, fin: false, payload: new Uint8Array(30) }), serializeFrame({ opcode: 0, payload: new Uint8Array(20) }))
  assert.deepEqual(budgets, [100, 70])
})

test('text that is not UTF-8 after decoding fails with 1007, at the first fragment that shows it [RFC 6455 §8.1]', () => {
  const client = new Recorder('client', { extensions: [xor(0xff, RSV1)] })
  client.receive(serializeFrame({ opcode: 1, fin: false, rsv: RSV1, payload: new Uint8Array([0x00]) }))
  assert.equal(client.finish().sent?.code, 1007)
})

test('while an extension decodes, input is held and order is kept', () => {
  const gate = new Gate()
  const session = asynchronous(gate, xor(0x20, RSV1))
  const client = new Recorder('client', { extensions: [session] })
  const frame = (opcode: number, payload: string, fin = true): Uint8Array =>
    serializeFrame({ opcode, fin, rsv: opcode === 1 ? RSV1 : 0, payload: new Uint8Array(Buffer.from(payload)) })
  client.receive(join([frame(1, 'A', false), frame(9, ''), frame(0, 'B'), frame(1, 'C')]))
  client.connection.receiveEnd(0)
  assert.deepEqual([client.log, client.connection.holdsInput], [[], true])
  gate.release()
  assert.deepEqual(client.log, ['ping'])
  assert.notEqual(client.takeHex(), '')
  gate.release()
  assert.deepEqual(client.log, ['ping', 'message text "ab"'])
  gate.release()
  assert.deepEqual(client.log, ['ping', 'message text "ab"', 'message text "c"', 'closing', 'end transport'])
  assert.equal(client.connection.holdsInput, false)
})

test('pause and decoding hold input independently', () => {
  const gate = new Gate()
  const client = new Recorder('client', { extensions: [asynchronous(gate, xor(0, RSV1))] })
  client.receive(join([serializeFrame({ opcode: 2 }), serializeFrame({ opcode: 9 })]))
  client.connection.pause()
  gate.release()
  assert.deepEqual(client.log, ['message binary'])
  assert.equal(client.connection.holdsInput, true)
  client.connection.resume(0)
  assert.deepEqual(client.log, ['message binary', 'ping'])
})

test('a result that comes after the end is dropped, and sessions are disposed once', () => {
  const gate = new Gate()
  const session = asynchronous(gate, xor(0, RSV1))
  const client = new Recorder('client', { extensions: [session] })
  client.receive(serializeFrame({ opcode: 2 }))
  client.connection.transportClosed(new Error('reset'), 0)
  gate.release()
  assert.deepEqual(client.log, ['closed 1006 network'])
  assert.equal(session.disposed, 1)
})

for (const gate of [undefined, new Gate()]) {
  const when = gate === undefined ? 'at once' : 'later'
  test(`an extension that cannot decode, ${when}: 1007, or the code of its ConnectionError`, () => {
    const plain = new Recorder('client', { extensions: [failing('decode', new Error('invalid distance'), gate)] })
    plain.receive(serializeFrame({ opcode: 2 }))
    gate?.release()
    const info = plain.finish()
    assert.deepEqual([info.sent?.code, info.error?.fault, (info.error?.cause as Error).message], [1007, 'peer', 'invalid distance'])
    const own = new ConnectionError('too much', { fault: 'peer', closeCode: 1009 })
    const typed = new Recorder('client', { extensions: [failing('decode', own, gate)] })
    typed.receive(serializeFrame({ opcode: 2 }))
    gate?.release()
    assert.equal(typed.finish().error, own)
  })
}

test('a failure that comes later has its full time for the end of the transport', () => {
  const gate = new Gate()
  const client = new Recorder('client', { closeTimeoutMs: 500, extensions: [failing('decode', new Error('x'), gate)] })
  client.receive(serializeFrame({ opcode: 2 }))
  client.now = 90_000
  gate.release()
  assert.equal(client.connection.nextTimeout(), 90_500)
})

test('a text longer than the longest string of the runtime fails with 1009 and delivers nothing', () => {
  const longest = 1000
  const check = (length: number): void => {
    if (length > longest) throw new Error('Cannot create a string of that length')
  }
  const short = {
    ...text,
    decodeLatin1: (bytes: Uint8Array, start: number, end: number) => (check(end - start), text.decodeLatin1(bytes, start, end)),
    decodeUtf8: (bytes: Uint8Array, start: number, end: number) => (check(end - start), text.decodeUtf8(bytes, start, end)),
  }
  const size = 1 << 28
  const limits = { ...LIMITS, message: size, frame: size, incompleteBytes: 3 * size }
  const client = new Recorder('client', { text: short, limits })
  client.connection.receive(serializeFrame({ opcode: 1, payload: new Uint8Array(size) }), 0)
  assert.deepEqual([client.messages, client.finish().sent?.code], [[], 1009])
})
