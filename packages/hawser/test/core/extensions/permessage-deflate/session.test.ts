import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { ConnectionError } from '../../../../src/core/errors.ts'
import { promised, type PromisedSession } from '../promised-session.ts'
import type { DeflateSession } from '../../../../src/core/extensions/permessage-deflate/session.ts'
import { RSV1, type EncodeOptions, type ExtensionFrame } from '../../../../src/core/protocol/extension.ts'
import { permessageDeflate, type PermessageDeflateOptions } from '../../../../src/runtime/node/zlib/permessage-deflate.ts'

const MIB = 1_048_576

function open(options: PermessageDeflateOptions = {}): PromisedSession<DeflateSession> {
  const decision = permessageDeflate(options).accept([['client_max_window_bits', true]])
  assert.ok(decision.accepted)
  return promised(decision.open() as DeflateSession)
}

const data = (payload: string | Uint8Array, more: Partial<ExtensionFrame> = {}): ExtensionFrame => ({
  opcode: 1,
  first: true,
  fin: true,
  rsv: 0,
  payload: Buffer.from(payload),
  ...more,
})
const compressed = (payload: Uint8Array, more: Partial<ExtensionFrame> = {}): ExtensionFrame => data(payload, { rsv: RSV1, ...more })
const deflated = (bytes: string | Uint8Array): Buffer =>
  deflateRawSync(bytes, { windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
const closes = (code: number, pattern?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ConnectionError)
  assert.equal(error.closeCode, code)
  assert.equal(error.fault, 'peer')
  if (pattern !== undefined) assert.match(error.message, pattern)
  return true
}
const rejects = (session: PromisedSession<DeflateSession>, frame: ExtensionFrame, code: number, budget = MIB, pattern?: RegExp) =>
  assert.rejects(async () => session.decode(frame, budget), closes(code, pattern))

test('sets RSV1 on the first frame of a compressed message only, and decompresses the message at its end [RFC 7692 §6.1, §7.2.2]', async () => {
  const sender = open()
  const receiver = open()
  const pieces = ['first fragment, ', 'second fragment, ', '', 'last fragment']
  let back = ''
  for (const [i, piece] of pieces.entries()) {
    const frame = await sender.encode(data(piece, { first: i === 0, fin: i === 3 }), {})
    assert.equal(frame.rsv, i === 0 ? RSV1 : 0)
    assert.equal(frame.fin, i === 3)
    const plain = await receiver.decode(frame, MIB)
    assert.equal(plain.rsv, 0)
    if (i < 3) assert.equal(plain.payload.length, 0)
    back += Buffer.from(plain.payload).toString()
  }
  assert.equal(back, pieces.join(''))
})

test('an empty last fragment ends a compressed message [RFC 7692 §7.2.3.6]', async () => {
  const sender = open()
  const receiver = open()
  const one = await sender.encode(data('all of it', { fin: false }), {})
  const two = await sender.encode(data('', { first: false }), {})
  const three = await sender.encode(data('all of it again, with the window of before', { fin: true }), { compress: true })
  assert.equal((await receiver.decode(one, MIB)).payload.length, 0)
  assert.equal(Buffer.from((await receiver.decode(two, MIB)).payload).toString(), 'all of it')
  assert.match(Buffer.from((await receiver.decode(three, MIB)).payload).toString(), /^all of it again/)
})

test('RSV1 on a continuation frame fails with 1002 [RFC 7692 §6]', async () => {
  const session = open()
  await session.decode(data('plain', { fin: false }), MIB)
  await rejects(session, compressed(deflated('x'), { first: false }), 1002, MIB, /RSV1 is set on a continuation frame.*section 6/)
  const other = open()
  await other.decode(compressed(deflated('begin'), { fin: false }), MIB)
  await rejects(other, compressed(deflated('x'), { first: false }), 1002)
})

test('compressed and uncompressed messages mix, both ways, without hurting the window', async () => {
  const sender = open({ threshold: 0 })
  const receiver = open()
  for (let i = 0; i < 40; i++) {
    const text = `message ${i} with the same words, the same words, the same words as before`
    const frame = await sender.encode(data(text), i % 3 === 0 ? { compress: false } : {})
    assert.equal(frame.rsv, i % 3 === 0 ? 0 : RSV1)
    assert.equal(Buffer.from((await receiver.decode(frame, MIB)).payload).toString(), text)
  }
})

test('an empty message goes as it is, or as one byte when compression is asked for [RFC 7692 §7.2.3.6]', async () => {
  const session = open({ threshold: 0 })
  const receiver = open()
  assert.equal((await session.encode(data(''), {})).rsv, 0)
  for (let i = 0; i < 3; i++) {
    const frame = await session.encode(data(''), { compress: true })
    assert.deepEqual([frame.rsv, ...frame.payload], [RSV1, 0])
    assert.equal((await receiver.decode(frame, MIB)).payload.length, 0)
  }
  assert.equal((await receiver.decode(compressed(Buffer.alloc(0)), MIB)).payload.length, 0)
})

test('the threshold, the predicate and the choice for one message decide in that order from the last', async () => {
  const asked: string[] = []
  const session = open({
    threshold: 10,
    compress: ({ isText, payload, complete }) => {
      asked.push(`${isText ? 'text' : 'binary'} ${payload.length} ${complete}`)
      return isText
    },
  })
  const long = 'long enough, long enough, long enough'
  const rsv = async (frame: ExtensionFrame, options: EncodeOptions = {}) => (await session.encode(frame, options)).rsv
  assert.equal(await rsv(data('short')), 0)
  assert.deepEqual(asked, [])
  assert.equal(await rsv(data(long)), RSV1)
  assert.equal(await rsv(data(long, { opcode: 2 })), 0)
  assert.equal(await rsv(data('first', { fin: false })), RSV1)
  assert.equal(await rsv(data('last', { first: false })), 0)
  assert.deepEqual(asked, ['text 37 true', 'binary 37 true', 'text 5 false'])
  assert.equal(await rsv(data('short'), { compress: true }), RSV1)
  assert.equal(await rsv(data(long), { compress: false }), 0)
  assert.equal(asked.length, 3)
})

test('what compression would enlarge goes as it is, and the peer loses nothing of its window', async () => {
  const sender = open()
  const receiver = open()
  for (let i = 0; i < 6; i++) {
    const payload = i % 2 === 0 ? randomBytes(500) : Buffer.from('words that come again and again, words that come again and again')
    const frame = await sender.encode(data(payload, { opcode: 2 }), {})
    assert.equal(frame.rsv, i % 2 === 0 ? 0 : RSV1)
    assert.deepEqual(Buffer.from((await receiver.decode(frame, MIB)).payload), payload)
  }
  const forced = await sender.encode(data(randomBytes(100), { opcode: 2 }), { compress: true })
  assert.equal(forced.rsv, RSV1)
})

test('BFINAL blocks, several blocks and stored blocks are all DEFLATE [RFC 7692 §7.2.3.3 to 7.2.3.5]', async () => {
  const hello = async (...bytes: number[]) => Buffer.from((await open().decode(compressed(Uint8Array.from(bytes)), MIB)).payload).toString()
  assert.equal(await hello(0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00), 'Hello')
  assert.equal(await hello(0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00), 'Hello')
  assert.equal(await hello(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00), 'Hello')
  assert.equal(await hello(0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00), 'Hello')
  const session = open()
  assert.equal((await session.decode(compressed(Uint8Array.of(0xf2, 0x48, 0xcd), { fin: false }), MIB)).payload.length, 0)
  const rest = await session.decode(data(Uint8Array.of(0xc9, 0xc9, 0x07, 0x00), { first: false }), MIB)
  assert.equal(Buffer.from(rest.payload).toString(), 'Hello')
  assert.equal(Buffer.from((await session.decode(compressed(Uint8Array.of(0xf2, 0x00, 0x11, 0x00, 0x00)), MIB)).payload).toString(), 'Hello')
})

test('a stream that is not DEFLATE, and one that ends inside a block, close with 1007', async () => {
  await rejects(open(), compressed(Uint8Array.of(0xff, 0xff)), 1007, MIB, /not DEFLATE data.*RFC 7692 section 7\.2\.2/)
  await rejects(open(), compressed(Uint8Array.of(0x00, 0xc8, 0x00, 0x37, 0xff, 0x48)), 1007, MIB, /end inside a block/)
  await rejects(open({ asyncAbove: 0 }), compressed(Uint8Array.of(0xff, 0xff)), 1007)
})

test('a megabyte that would be a gigabyte closes with 1009 and costs no more than the limit [CVE-2018-1000518, CVE-2026-1526, CVE-2026-39804]', async () => {
  const block = deflateRawSync(Buffer.alloc(16 * MIB), { level: 9, finishFlush: constants.Z_SYNC_FLUSH })
  const bomb = Buffer.concat(Array.from({ length: 64 }, () => block))
  assert.ok(bomb.length < 1.1 * MIB)
  for (const options of [{}, { asyncAbove: 2_000_000 }, { zlib: 'public' }, { zlib: 'public', asyncAbove: 2_000_000 }] as const) {
    const session = open({ ...options, maxRatio: Infinity })
    const before = process.memoryUsage()
    await rejects(session, compressed(bomb), 1009, 8 * MIB, /larger than limits\.message once decompressed/)
    const after = process.memoryUsage()
    // Bun counts the same bytes in more than one of them, Deno only as external.
    for (const kind of ['arrayBuffers', 'heapUsed', 'external'] as const) assert.ok(after[kind] - before[kind] < 20 * MIB, kind)
    session.dispose()
    assert.equal(session.heldBytes, 0)
  }
  // In fragments, none of which is too large.
  const session = open({ maxRatio: Infinity })
  for (let i = 0; i < 2; i++) await session.decode(compressed(block, { first: i === 0, rsv: i === 0 ? RSV1 : 0, fin: false }), 40 * MIB)
  await rejects(session, data(block, { first: false }), 1009, 40 * MIB)
})

test('holds at most twice the compressed bytes of an unfinished message, and counts them', () => {
  for (const options of [{}, { zlib: 'public' }] as const) {
    const session = open(options)
    const wire = deflated(Buffer.alloc(MIB))
    assert.ok(wire.length < 1100)
    for (let at = 0; at < wire.length; at += 10) {
      const frame = compressed(wire.subarray(at, at + 10), { first: at === 0, rsv: at === 0 ? RSV1 : 0, fin: false })
      assert.equal((session.decode(frame, MIB) as ExtensionFrame).payload.length, 0)
      const received = Math.min(wire.length, at + 10)
      assert.ok(session.heldBytes >= received && session.heldBytes <= 2 * received, `${session.heldBytes} bytes held of ${received}`)
    }
    session.dispose()
    assert.equal(session.heldBytes, 0)
  }
})

test('closes with 1009 when the fragments of an unfinished message are larger than limits.message can explain', () => {
  const session = open()
  const fragment = Buffer.alloc(10_000)
  assert.throws(() => {
    for (let i = 0; i < 20; i++) void session.decode(compressed(fragment, { first: i === 0, rsv: i === 0 ? RSV1 : 0, fin: false }), 10_000)
  }, closes(1009))
  assert.ok(session.heldBytes < 200_000)
})

test('closes with 1008 when a message has more DEFLATE streams than maxStreams and one for each KiB [RFC 7692 §7.2.3.4]', async () => {
  const streams = (count: number): Buffer => Buffer.concat([...Array.from({ length: count }, () => Buffer.of(0x03, 0x00)), Buffer.of(0)])
  for (const options of [{}, { asyncAbove: 0 }, { zlib: 'public' }, { zlib: 'public', asyncAbove: 0 }] as const) {
    assert.equal((await open(options).decode(compressed(streams(15)), MIB)).payload.length, 0)
    await rejects(open(options), compressed(streams(16)), 1008, MIB, /more DEFLATE streams than maxStreams \(16\).*section 7\.2\.3\.4/)
    assert.equal((await open({ ...options, maxStreams: 101 }).decode(compressed(streams(100)), MIB)).payload.length, 0)
    const text = Buffer.from(randomBytes(6000).toString('hex'))
    const large = Buffer.concat([...Array.from({ length: 20 }, () => deflateRawSync(text, { windowBits: 12 })), Buffer.of(0)])
    assert.equal((await open(options).decode(compressed(large), MIB)).payload.length, 20 * text.length)
    await rejects(open(options), compressed(streams('zlib' in options ? 20_000 : 500_000)), 1008)
  }
})

test('the limit is of the decompressed size, and nothing of a larger message is delivered [CVE-2026-54464, CVE-2026-54490, GHSA-hxp9-w8x3-p566, tornado#2391, httpcomponents-client#821, centrifugo#1162]', async () => {
  const atLimit = Buffer.alloc(10_000, 'ab')
  for (const zlib of ['auto', 'public'] as const) {
    assert.deepEqual(Buffer.from((await open({ zlib }).decode(compressed(deflated(atLimit)), 10_000)).payload), atLimit)
    await rejects(open({ zlib }), compressed(deflated(Buffer.alloc(10_001, 'ab'))), 1009, 10_000)
  }
})

test('a ratio above maxRatio closes with 1009 beyond 1 MiB only', async () => {
  const zeros = deflated(Buffer.alloc(4 * MIB))
  await rejects(open(), compressed(zeros), 1009, 64 * MIB, /more than 256 times/)
  assert.equal((await open({ maxRatio: 1100 }).decode(compressed(zeros), 64 * MIB)).payload.length, 4 * MIB)
  assert.equal((await open().decode(compressed(deflated(Buffer.alloc(MIB))), 64 * MIB)).payload.length, MIB)
})

test('works on large messages while the event loop turns, in order with small ones', async (t) => {
  const large = Buffer.from(JSON.stringify(Array.from({ length: 200_000 }, (_, i) => ({ i, square: i * i }))))
  const sender = open()
  const receiver = open({ maxRatio: Infinity })
  let turns = 0
  const spin = (): void => {
    turns++
    running = setImmediate(spin)
  }
  let running = setImmediate(spin)
  t.after(() => clearImmediate(running))
  for (const payload of ['small', large, 'small again', large, 'and small'].map((part) => Buffer.from(part))) {
    turns = 0
    const frame = sender.encode(data(payload), { compress: true })
    const plain = receiver.decode(await frame, 64 * MIB)
    const back = await plain
    assert.ok(Buffer.from(back.payload).equals(payload))
    assert.equal(frame instanceof Promise, payload.length > 32_768)
    assert.equal(plain instanceof Promise, payload.length > 32_768)
    if (payload.length > 32_768) assert.ok(turns > 2)
  }
})

test('an empty last fragment ends the window of its message without context takeover [RFC 7692 §7.1.1.1]', async () => {
  for (const options of [{}, { zlib: 'public' }] as const) {
    const decision = permessageDeflate(options).accept([['server_no_context_takeover', true]])
    assert.ok(decision.accepted)
    const session = promised(decision.open())
    const text = 'the same for all, the same for all, the same for all, the same for all'
    const alone = await session.encode(data(text), {})
    await session.encode(data(text, { fin: false }), {})
    await session.encode(data('', { first: false }), {})
    assert.equal(session.heldBytes, 0)
    assert.deepEqual(await session.encode(data(text), {}), alone)
  }
})

test('without context takeover equal messages give equal bytes, and nothing is held between them [RFC 7692 §7.1.1.1]', async () => {
  const decision = permessageDeflate().accept([['server_no_context_takeover', true]])
  assert.ok(decision.accepted)
  const session = promised(decision.open())
  const frame = data('the same for all, the same for all, the same for all, the same for all')
  assert.deepEqual(await session.encode(frame, {}), await session.encode(frame, {}))
  assert.equal(session.heldBytes, 0)
})

test('statistics count compressed messages and their ratio', async () => {
  const sender = open()
  const receiver = open()
  const text = 'counted and compressed '.repeat(10)
  for (const options of [{}, { compress: false }]) await receiver.decode(await sender.encode(data(text), options), MIB)
  const { sent } = sender.statistics
  assert.equal(sent.messages, 2)
  assert.equal(sent.compressedMessages, 1)
  assert.equal(sent.rawBytes, 2 * text.length)
  assert.ok(sent.wireBytes > text.length && sent.wireBytes < 1.3 * text.length)
  assert.ok(sent.ratio > 1.5)
  assert.deepEqual(receiver.statistics.received, sent)
})
