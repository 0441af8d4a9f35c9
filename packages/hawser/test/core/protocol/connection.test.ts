import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { serializeFrame, serializeMessage } from '../../../src/core/protocol/frame-serializer.ts'
import { text } from '../platform.ts'
import { RSV1 } from '../../../src/core/protocol/extension.ts'
import { hex, join, KEY, LIMITS, Recorder } from './recorder.ts'
import { asynchronous, Gate, xor } from './test-extensions.ts'

const utf8 = (string: string): Uint8Array => new Uint8Array(Buffer.from(string))
const fromClient = (opcode: number, payload: Uint8Array | string = '', fin = true): Uint8Array =>
  serializeFrame({ opcode, fin, payload: typeof payload === 'string' ? utf8(payload) : payload, maskingKey: KEY })
const fromServer = (opcode: number, payload: Uint8Array | string = '', fin = true): Uint8Array =>
  serializeFrame({ opcode, fin, payload: typeof payload === 'string' ? utf8(payload) : payload })
const closeFrame = (code: number): Uint8Array => new Uint8Array([code >>> 8, code & 0xff])

function pair(): { client: Recorder; server: Recorder; exchange(): void } {
  const client = new Recorder('client')
  const server = new Recorder('server')
  const exchange = (): void => {
    for (let i = 0; i < 3; i++) {
      const up = client.take()
      if (up.length > 0) server.receive(up)
      const down = server.take()
      if (down.length > 0) client.receive(down)
    }
  }
  return { client, server, exchange }
}

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

test('a client masks each frame with a key of its own and leaves the payload as it was (RFC 6455 section 5.3)', () => {
  let keys = 0
  const client = new Recorder('client', { random: { fill: () => assert.fail(), uint32: () => ++keys * 0x01010101 } })
  const payload = new Uint8Array([1, 2, 3, 4])
  client.connection.sendBinary(payload)
  client.connection.sendPing()
  assert.equal(client.takeHex(), '828401010101000302058980' + '02020202')
  assert.deepEqual([...payload], [1, 2, 3, 4])
})

test('all that one chunk causes leaves in one segment', () => {
  const server = new Recorder('server')
  server.onMessage = (data) => server.connection.sendText(String(data))
  server.connection.receive(join([fromClient(1, 'a'), fromClient(9, 'p'), fromClient(1, 'b')]), 0)
  assert.deepEqual(server.connection.output.take().map(hex), ['8101618a01708101' + '62'])
})

test('text as bytes is checked and handed over undecoded, also when it is in pieces', () => {
  const client = new Recorder('client', { textAs: 'bytes' })
  client.receive(fromServer(1, 'aé'), fromServer(1, 'a', false), fromServer(0, 'b'))
  assert.deepEqual(client.log, ['message text 61c3a9', 'message text 6162'])
  client.receive(fromServer(1, new Uint8Array([0xff])))
  assert.equal(client.finish().sent?.code, 1007)
})

test('fragments are sent with the opcode in the first and FIN in the last (RFC 6455 section 5.4)', () => {
  const server = new Recorder('server')
  server.connection.sendFragment('ab', { first: true, fin: false })
  server.connection.sendPing()
  server.connection.sendFragment('', { first: false, fin: false })
  server.connection.sendFragment('é', { first: false, fin: true })
  server.connection.sendFragment(new Uint8Array([1]), { first: true, fin: true })
  assert.equal(server.takeHex(), '01026162' + '8900' + '0000' + '8002c3a9' + '820101')
})

test('messages are not put between the fragments of another (RFC 6455 section 5.4)', () => {
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

test('a control frame above 125 bytes is refused to the caller (RFC 6455 section 5.5)', () => {
  const { connection } = new Recorder('server')
  assert.throws(() => connection.sendPing(new Uint8Array(126)), RangeError)
  assert.throws(() => connection.sendPong(new Uint8Array(126)), RangeError)
})

test('a Pong does not refer to memory of the Ping (RFC 6455 section 5.5.3)', () => {
  const client = new Recorder('client')
  const chunk = fromServer(9, 'abc')
  client.connection.receive(chunk, 0)
  chunk.fill(0)
  assert.match(client.takeHex(), /^8a83/)
  const server = new Recorder('server')
  server.receive(client.take())
  assert.equal(client.log[0], 'ping 616263')
})

test('only the most recent Ping is answered while the transport does not keep up (RFC 6455 section 5.5.3)', () => {
  const server = new Recorder('server')
  server.connection.sendText('waiting')
  server.connection.receive(fromClient(9, '1'), 0)
  server.connection.receive(fromClient(9, '2'), 0)
  server.connection.receive(fromClient(9, '3'), 0)
  server.connection.sendText('x')
  server.connection.close(1000, '', 0)
  assert.equal(server.takeHex(), `8107${hex(utf8('waiting'))}810178` + '8a0133' + '880203e8')
})

test('2000 Pings to a transport that never takes leave a bounded output', () => {
  const server = new Recorder('server')
  server.connection.sendText('waiting')
  for (let i = 0; i < 2000; i++) server.connection.receive(fromClient(9, new Uint8Array(125)), i * 10)
  assert.ok(server.connection.queuedBytes < 200)
})

test('a client that closes first: 1000 both ways, the server ends the transport first (RFC 6455 section 7.1.1)', () => {
  const { client, server, exchange } = pair()
  client.connection.close(1000, 'done', 0)
  assert.equal(client.connection.readyState, 'CLOSING')
  exchange()
  assert.deepEqual(server.log, ['closing', 'end transport'])
  assert.deepEqual(client.log, ['closing'])
  client.connection.receiveEnd(0)
  assert.deepEqual(client.log, ['closing', 'end transport'])
  const info = client.finish()
  assert.deepEqual(
    { ...info },
    {
      code: 1000,
      reason: 'done',
      wasClean: true,
      initiator: 'local',
      sent: { code: 1000, reason: 'done' },
      received: { code: 1000, reason: 'done' },
      error: undefined,
    },
  )
  assert.deepEqual(server.finish().received, { code: 1000, reason: 'done' })
  assert.equal(server.connection.readyState, 'CLOSED')
})

test('both ends close at once: each sends one Close frame and both are clean', () => {
  const { client, server, exchange } = pair()
  client.connection.close(1000, '', 0)
  server.connection.close(1001, 'going', 0)
  exchange()
  assert.deepEqual(server.log, ['closing', 'end transport'])
  const [c, s] = [client.finish(), server.finish()]
  assert.deepEqual([c.code, c.reason, c.wasClean, c.initiator], [1001, 'going', true, 'local'])
  assert.deepEqual([s.code, s.wasClean, s.initiator], [1000, true, 'local'])
})

test('an RSV bit of an agreed extension is no bit of a control frame (RFC 6455 section 5.2, RFC 7692 section 6.1)', () => {
  for (const opcode of [8, 9, 10]) {
    const server = new Recorder('server', { extensions: [xor(0xff, RSV1)] })
    server.receive(serializeFrame({ opcode, rsv: RSV1, payload: new Uint8Array(0), maskingKey: KEY }))
    assert.equal(server.finish().sent?.code, 1002, String(opcode))
  }
})

test('after our Close frame nothing more is sent, but messages still come and Pings are answered (RFC 6455 section 5.5.1)', () => {
  const server = new Recorder('server')
  server.connection.close(undefined, '', 0)
  assert.equal(server.takeHex(), '8800')
  assert.equal(server.connection.sendText('late'), false)
  assert.equal(server.connection.sendBinary(new Uint8Array(1)), false)
  assert.equal(server.connection.sendFragment('late', { first: true, fin: true }), false)
  assert.equal(server.connection.sendPrepared(new Uint8Array(2)), false)
  assert.equal(server.connection.sendPing(), false)
  server.receive(fromClient(1, 'late'), fromClient(9))
  assert.deepEqual(server.log, ['closing', 'message text "late"', 'ping'])
  assert.equal(server.takeHex(), '8a00')
  server.connection.close(1000, 'again', 0)
  assert.equal(server.takeHex(), '')
})

test('a reason that is too long is cut between two characters', () => {
  const server = new Recorder('server')
  server.connection.close(1000, '€'.repeat(50), 0)
  assert.equal(server.take().length, 2 + 2 + 123)
  const odd = new Recorder('server')
  odd.connection.close(1000, `a${'€'.repeat(50)}`, 0)
  assert.equal(odd.take().length, 2 + 2 + 121)
})

test('CVE-2024-23672 a peer that never answers the Close frame is dropped at the close timeout', () => {
  const server = new Recorder('server', { closeTimeoutMs: 500 })
  server.connection.close(1000, '', 100)
  assert.equal(server.connection.nextTimeout(), 600)
  server.connection.handleTimeout(599)
  server.receive(fromClient(1, 'x'))
  server.connection.handleTimeout(600)
  assert.deepEqual(server.log, ['closing', 'message text "x"', 'abort transport', 'closed 1006 local'])
  assert.equal(server.error?.fault, 'timeout')
  assert.equal(server.connection.nextTimeout(), Infinity)
})

test('a peer that answers but does not end the transport is dropped too, and the end was clean (RFC 6455 section 7.1.4)', () => {
  const server = new Recorder('server', { closeTimeoutMs: 500 })
  server.now = 200
  server.receive(fromClient(8, closeFrame(1000)))
  assert.equal(server.connection.nextTimeout(), 700)
  server.connection.handleTimeout(700)
  assert.deepEqual(server.log, ['closing', 'end transport', 'abort transport', 'closed 1000 clean remote'])
  assert.equal(server.error, undefined)
})

test('after failing, the transport is dropped within a second, however long closeTimeoutMs is (RFC 6455 section 7.1.7)', () => {
  const server = new Recorder('server')
  server.now = 100
  server.receive(fromClient(3))
  assert.equal(server.connection.nextTimeout(), 1100)
  server.connection.handleTimeout(1100)
  assert.deepEqual(server.log, ['closing', 'end transport', 'abort transport', 'closed 1006 local'])
  assert.equal(server.error?.closeCode, 1002)
  const quick = new Recorder('server', { closeTimeoutMs: 300 })
  quick.receive(fromClient(3))
  assert.equal(quick.connection.nextTimeout(), 300)
})

test('a peer that was failed because it reads too slowly has the whole closeTimeoutMs for the Close frame', () => {
  const server = new Recorder('server')
  server.connection.fail(new ConnectionError('too slow', { fault: 'peer', closeCode: 1013 }), 100)
  assert.equal(server.connection.nextTimeout(), 10_100)
})

test('a client ends the transport itself when the server does not in time (RFC 6455 section 7.1.1)', () => {
  const client = new Recorder('client', { closeTimeoutMs: 500 })
  client.receive(fromServer(8, closeFrame(1000)))
  assert.deepEqual(client.log, ['closing'])
  client.connection.handleTimeout(500)
  assert.deepEqual(client.log, ['closing', 'end transport'])
  client.connection.handleTimeout(1000)
  assert.deepEqual(client.log.slice(2), ['abort transport', 'closed 1000 clean remote'])
})

test('a client waits two seconds, not closeTimeoutMs, for the FIN of a server that has answered the Close frame (RFC 6455 section 7.1.1)', () => {
  const client = new Recorder('client')
  client.connection.close(1000, '', 100)
  client.now = 200
  client.receive(fromServer(8, closeFrame(1000)))
  assert.equal(client.connection.nextTimeout(), 2200)
  client.connection.handleTimeout(2200)
  assert.equal(client.connection.nextTimeout(), 4200)
  client.connection.handleTimeout(4200)
  assert.deepEqual(client.log, ['closing', 'end transport', 'abort transport', 'closed 1000 clean local'])
  const server = new Recorder('server')
  server.now = 200
  server.receive(fromClient(8, closeFrame(1000)))
  assert.equal(server.connection.nextTimeout(), 10_200)
})

test('what comes after the Close frame is discarded up to 16 MiB, then the transport is dropped', () => {
  const server = new Recorder('server')
  server.receive(fromClient(8, closeFrame(1000)))
  const noise = new Uint8Array(1 << 20)
  for (let i = 0; i < 16; i++) server.connection.receive(noise, 1)
  assert.equal(server.info, undefined)
  server.connection.receive(noise, 1)
  assert.deepEqual(server.log, ['closing', 'end transport', 'abort transport', 'closed 1000 clean remote'])
})

test('failing sends the Close frame, ends the transport, and reports 1006 with the local cause (RFC 6455 sections 7.1.5 and 7.1.7)', () => {
  const server = new Recorder('server')
  server.receive(fromClient(3))
  assert.equal(server.connection.readyState, 'CLOSING')
  // Section 7.1.7: nothing is processed any more, not even an answering Close frame.
  server.receive(fromClient(8, closeFrame(1002)))
  const info = server.finish()
  assert.deepEqual([info.code, info.wasClean, info.received, info.sent?.code], [1006, false, undefined, 1002])
  assert.equal(info.error?.closeCode, 1002)
  assert.equal(info.error?.fault, 'peer')
  assert.equal(info.sent?.reason, info.error?.message)
})

test('what failed on this end is not told to the peer', () => {
  const server = new Recorder('server')
  server.connection.fail(new ConnectionError('the database is down', { fault: 'application', closeCode: 1011 }), 0)
  assert.equal(server.takeHex(), '880203f3')
  assert.equal(server.finish().error?.message, 'the database is down')
})

test('failing with a code that is not for the wire sends no Close frame', () => {
  const server = new Recorder('server')
  server.connection.fail(new ConnectionError('gone', { fault: 'network', closeCode: 1006 }), 0)
  assert.equal(server.takeHex(), '')
  assert.deepEqual(server.log, ['closing', 'end transport'])
})

test('a violation after our Close frame sends no second one', () => {
  const server = new Recorder('server')
  server.connection.close(1000, '', 0)
  server.receive(fromClient(3))
  assert.equal(server.takeHex(), '880203e8')
  assert.equal(server.finish().error?.closeCode, 1002)
})

test('a transport that fails gives 1006 with the cause; after a finished closing handshake it is still clean', () => {
  const reset = new Error('read ECONNRESET')
  const server = new Recorder('server')
  server.connection.transportClosed(reset, 0)
  assert.deepEqual([server.info?.code, server.info?.initiator, server.error?.fault, server.error?.cause], [1006, 'network', 'network', reset])
  const other = new Recorder('server')
  other.receive(fromClient(8, closeFrame(1000)))
  other.connection.transportClosed(reset, 0)
  assert.deepEqual([other.info?.code, other.info?.wasClean, other.error], [1000, true, undefined])
})

test('nothing is called after closed', () => {
  const server = new Recorder('server')
  server.connection.transportClosed(undefined, 0)
  const { length } = server.log
  server.receive(fromClient(1, 'x'))
  server.connection.receiveEnd(0)
  server.connection.close(1000, '', 0)
  server.connection.fail(new ConnectionError('', { fault: 'peer', closeCode: 1002 }), 0)
  server.connection.handleTimeout(1e9)
  server.connection.transportClosed(undefined, 0)
  server.connection.resume(0)
  assert.equal(server.log.length, length)
  assert.equal(server.connection.sendText('x'), false)
})

test('pause stops after the current message, keeps the rest of the chunk, and resume goes on', () => {
  const server = new Recorder('server')
  server.onMessage = () => server.connection.pause()
  const { connection } = server
  server.receive(join([fromClient(1, 'a'), fromClient(1, 'b'), fromClient(9), fromClient(1, 'c').subarray(0, 5)]))
  assert.deepEqual([server.messages, connection.paused, connection.holdsInput], [['a'], true, true])
  connection.receive(fromClient(1, 'c').slice(5), 0)
  connection.receiveEnd(0)
  connection.resume(0)
  assert.deepEqual([server.messages, connection.paused], [['a', 'b'], true])
  assert.equal(connection.readyState, 'OPEN')
  connection.resume(0)
  assert.deepEqual(server.messages, ['a', 'b', 'c'])
  assert.equal(server.takeHex(), '8a00')
  connection.resume(0)
  assert.deepEqual(server.log, ['message text "a"', 'message text "b"', 'ping', 'message text "c"', 'closing', 'end transport'])
  assert.equal(connection.holdsInput, false)
})

test('resume inside message goes on in the same call', () => {
  const server = new Recorder('server')
  server.onMessage = () => {
    server.connection.pause()
    server.connection.resume(0)
  }
  server.receive(join([fromClient(1, 'a'), fromClient(1, 'b')]))
  assert.deepEqual(server.messages, ['a', 'b'])
  assert.equal(server.connection.holdsInput, false)
})

test('a transport that ends in order while input is held loses no message, and waits no longer than the close timeout', () => {
  const start = (): Recorder => {
    const server = new Recorder('server', { closeTimeoutMs: 500 })
    server.connection.pause()
    server.receive(join([fromClient(1, 'a'), fromClient(1, 'b')]))
    server.connection.transportClosed(undefined, 0)
    assert.deepEqual(server.log, ['closing'])
    assert.equal(server.connection.sendText('x'), false)
    return server
  }
  const patient = start()
  patient.connection.resume(0)
  assert.deepEqual(patient.log, ['closing', 'message text "a"', 'message text "b"', 'closed 1006 network'])
  const stuck = start()
  assert.equal(stuck.connection.nextTimeout(), 500)
  stuck.connection.handleTimeout(500)
  assert.deepEqual(stuck.log, ['closing', 'closed 1006 network'])
})

test('message may close, fail or lose the transport: nothing of the rest of the chunk is delivered after a failure', () => {
  const chunk = join([fromClient(1, 'a'), fromClient(1, 'b'), fromClient(8, closeFrame(1000))])
  const closing = new Recorder('server')
  closing.onMessage = () => closing.connection.close(1000, '', 0)
  closing.receive(chunk)
  assert.deepEqual(closing.log, ['message text "a"', 'closing', 'message text "b"', 'end transport'])
  const failing = new Recorder('server')
  failing.onMessage = () => failing.connection.fail(new ConnectionError('no', { fault: 'application', closeCode: 1008 }), 0)
  failing.receive(chunk)
  assert.deepEqual(failing.log, ['message text "a"', 'closing', 'end transport'])
  const losing = new Recorder('server')
  losing.onMessage = () => losing.connection.transportClosed(new Error('gone'), 0)
  losing.receive(chunk)
  assert.deepEqual(losing.log, ['message text "a"', 'closed 1006 network'])
})

test('closing may lose the transport: the end is reported after the transition, once', () => {
  const server = new Recorder('server')
  server.onClosing = () => server.connection.transportClosed(new Error('gone'), 0)
  server.receive(fromClient(8, closeFrame(1000)))
  assert.deepEqual(server.log, ['closing', 'end transport', 'closed 1000 remote'])
})

test('a message handler that throws does not lose its place in the chunk', () => {
  const server = new Recorder('server')
  server.onMessage = (data) => {
    if (data === 'a') throw new Error('mine')
  }
  assert.throws(() => server.receive(join([fromClient(1, 'a'), fromClient(1, 'b')])), /mine/)
  server.receive(fromClient(1, 'c'))
  assert.deepEqual(server.messages, ['a', 'b', 'c'])
})

test('a chunk that comes while one is worked on waits its turn', () => {
  const server = new Recorder('server')
  server.onMessage = (data) => {
    if (data === 'a') server.connection.receive(fromClient(1, 'c'), 0)
  }
  server.receive(join([fromClient(1, 'a'), fromClient(1, 'b')]))
  assert.deepEqual(server.messages, ['a', 'b', 'c'])
})

test('keepalive: a Ping after 20 s of silence, failed 20 s later, and any byte counts as life', () => {
  const server = new Recorder('server')
  const { connection } = server
  assert.equal(connection.nextTimeout(), 20_000)
  connection.handleTimeout(20_000)
  assert.equal(server.takeHex(), '8900')
  server.now = 39_000
  server.receive(new Uint8Array([0x81]))
  connection.handleTimeout(40_000)
  assert.equal(server.takeHex(), '')
  connection.handleTimeout(59_000)
  assert.equal(server.takeHex(), '8900')
  connection.handleTimeout(79_000)
  assert.equal(server.takeHex(), '', 'one more read first')
  connection.handleTimeout(connection.nextTimeout())
  assert.equal(server.takeHex(), '880203f3')
  connection.handleTimeout(connection.nextTimeout())
  assert.deepEqual(server.log, ['closing', 'end transport', 'abort transport', 'closed 1006 local'])
  assert.equal(server.error?.fault, 'timeout')
})

test('keepalive does not blame a peer that is not read, but still sends Pings, which show a broken transport', () => {
  const server = new Recorder('server')
  server.connection.pause()
  for (let now = 20_000; now < 200_000; now += 10_000) server.connection.handleTimeout(now)
  assert.equal(server.takeHex(), '8900'.repeat(5))
  assert.equal(server.connection.readyState, 'OPEN')
  assert.equal(new Recorder('server', { keepaliveIntervalMs: 0 }).connection.nextTimeout(), Infinity)
})

test('CVE-2026-48779 thousands of tiny and empty fragments in tiny chunks hold no more than the message', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, fragments: Infinity } })
  const fragments = [fromClient(0, 'x', false), fromClient(0, '', false)]
  server.receive(fromClient(2, 'x', false))
  for (let i = 0; i < 20_000; i++) server.receive(fragments[i & 1]!.subarray(0, 3), fragments[i & 1]!.subarray(3))
  assert.ok(server.connection.heldBytes < 2 * 10_001 + 1024, String(server.connection.heldBytes))
})

test('CVE-2022-35922 a header that claims the limit and brings nothing holds nothing', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, message: 2 ** 40, frame: 2 ** 40 } })
  server.receive(serializeFrame({ opcode: 2, payloadLength: 2 ** 40, maskingKey: KEY }))
  server.receive(new Uint8Array(100))
  assert.ok(server.connection.heldBytes < 4096)
  assert.equal(server.connection.readyState, 'OPEN')
})

test('incompleteBytes bounds what is held before a message is complete: 1009', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, incompleteBytes: 1256 } })
  server.receive(fromClient(2, new Uint8Array(900), false), fromClient(0, new Uint8Array(100), false))
  assert.ok(server.connection.heldBytes <= 1256)
  server.receive(fromClient(0, new Uint8Array(1), false))
  assert.equal(server.finish().sent?.code, 1009)
  const whole = new Recorder('server', { limits: { ...LIMITS, incompleteBytes: 1256 } })
  whole.receive(fromClient(2, new Uint8Array(5000)))
  assert.equal(whole.messages.length, 1)
})

test('CVE-2022-25762 sends and closes in any order leave whole frames only', () => {
  for (let seed = 1; seed < 300; seed++) {
    const { client, server, exchange } = pair()
    let state = seed
    for (let i = 0; i < 20; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const who = (state >>> 8) & 1 ? client : server
      const what = (state >>> 16) % 12
      if (what < 4) who.connection.sendText('é'.repeat((state >>> 20) % 200))
      else if (what < 7) who.connection.sendBinary(new Uint8Array((state >>> 16) % 20000))
      else if (what < 8) who.connection.sendPing(new Uint8Array(3))
      else if (what < 11) exchange()
      else who.connection.close(1000, 'x', i)
    }
    client.connection.close(1000, '', 20)
    exchange()
    for (const end of [client, server]) {
      const info = end.finish()
      assert.deepEqual([info.code, info.wasClean, info.error], [1000, true, undefined], `seed ${seed}`)
    }
  }
})

test('control frame floods are counted per second: 1008 above the limit, calm after it (RFC 6455 section 10.4)', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, controlFramesPerSecond: 3 } })
  for (let i = 0; i < 30; i++) {
    server.now = i * 400
    server.receive(fromClient(10))
  }
  assert.equal(server.connection.readyState, 'OPEN')
  server.receive(fromClient(10), fromClient(10), fromClient(10), fromClient(10))
  assert.equal(server.finish().sent?.code, 1008)
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

const closeOf = (code: number): Uint8Array => fromClient(8, closeFrame(code))

/** Every way into the end of a server's connection, and what comes next. */
const steps: { readonly [name: string]: (recorder: Recorder) => void } = {
  close: ({ connection }) => connection.close(1000, '', 0),
  'Close frame': (recorder) => recorder.receive(closeOf(1001)),
  violation: (recorder) => recorder.receive(serializeFrame({ opcode: 3, maskingKey: KEY })),
  FIN: ({ connection }) => connection.receiveEnd(0),
  gone: ({ connection }) => connection.transportClosed(undefined, 0),
  reset: ({ connection }) => connection.transportClosed(new Error('reset'), 0),
  timeout: ({ connection }) => connection.handleTimeout(connection.nextTimeout()),
}

test('in whatever order three things happen: closing once at most, closed once, nothing after it, one Close frame at most (RFC 6455 section 7)', () => {
  const names = Object.keys(steps)
  for (const a of names) {
    for (const b of names) {
      for (const c of names) {
        const recorder = new Recorder('server')
        for (const name of [a, b, c]) if (recorder.info === undefined) steps[name]!(recorder)
        const sent = Buffer.from(recorder.take()).toString('latin1').split('\x88').length - 1
        if (recorder.info === undefined) recorder.finish()
        const { log } = recorder
        const order = `${a}, ${b}, ${c}: ${log.join(', ')}`
        const count = (line: string): number => log.filter((entry) => entry.startsWith(line)).length
        assert.ok(count('closing') <= 1, order)
        assert.equal(count('closed'), 1, order)
        assert.match(log.at(-1)!, /^closed/, order)
        assert.ok(count('end transport') <= 1 && count('abort transport') <= 1, order)
        assert.ok(sent <= 1, order)
        const info = recorder.info!
        assert.equal(info.wasClean, info.error === undefined, order)
        assert.equal(info.code, info.received?.code ?? 1006, order)
      }
    }
  }
})

test('pausing after each message of many chunks keeps order and every message', () => {
  const server = new Recorder('server')
  const expected = Array.from({ length: 200 }, (_, i) => `message ${i}`)
  const bytes = join(expected.map((text) => fromClient(1, text)))
  server.onMessage = () => server.connection.pause()
  for (let at = 0; at < bytes.length; at += 333) server.receive(bytes.subarray(at, at + 333))
  let rounds = 0
  while (server.connection.paused && rounds++ < 1000) server.connection.resume(0)
  assert.deepEqual(server.messages, expected)
  assert.equal(server.connection.heldBytes, 0)
})

test('a small rest does not keep a large chunk alive', () => {
  const server = new Recorder('server')
  server.onMessage = () => server.connection.pause()
  server.connection.receive(join([serializeFrame({ opcode: 2, payload: new Uint8Array(60_000), maskingKey: KEY }), fromClient(1, 'rest')]), 0)
  assert.ok(server.connection.heldBytes < 100)
  server.connection.resume(0)
  assert.equal(server.messages[1], 'rest')
})

test('resume without pause does nothing', () => {
  const server = new Recorder('server')
  server.connection.resume(0)
  assert.deepEqual(server.log, [])
})

test('an end of the transport that is told inside message is acted on after the chunk', () => {
  for (const [event, log] of [
    ['end', ['message text "a"', 'message text "b"', 'closing', 'end transport']],
    ['gone', ['message text "a"', 'closing', 'message text "b"', 'closed 1006 network']],
  ] as const) {
    const server = new Recorder('server')
    server.onMessage = (data) => {
      if (data !== 'a') return
      if (event === 'end') server.connection.receiveEnd(0)
      else server.connection.transportClosed(undefined, 0)
    }
    server.receive(join([fromClient(1, 'a'), fromClient(1, 'b')]))
    assert.deepEqual(server.log, log)
  }
})

test('when an extension has decoded a fragment later, reading goes on although no message arrived', () => {
  const gate = new Gate()
  const server = new Recorder('server', { extensions: [asynchronous(gate, xor(0xff, RSV1))] })
  const fragment = (opcode: number, rsv: number, fin: boolean): Uint8Array =>
    serializeFrame({ opcode, rsv, fin, payload: Uint8Array.of(0x61 ^ 0xff), maskingKey: KEY })
  server.receive(fragment(1, RSV1, false))
  assert.equal(server.connection.holdsInput, true)
  gate.release()
  assert.equal(server.connection.holdsInput, false)
  assert.deepEqual(server.messages, [])
  server.receive(fragment(0, 0, true))
  gate.release()
  assert.deepEqual(server.messages, ['aa'])
})

test('a message that is never completed fails with 1008 after limits.incompleteMs, and one that progresses has more time', () => {
  const starts: [string, Uint8Array][] = [
    ['the first byte of a header', fromClient(1, 'abc').subarray(0, 1)],
    ['a header', fromClient(1, 'abc').subarray(0, 6)],
    ['a part of the payload', fromClient(1, 'abc').subarray(0, 7)],
    ['a fragment', fromClient(1, 'abc', false)],
    ['a control frame without its payload', fromClient(9, 'abc').subarray(0, 6)],
    ['a whole message and the start of another', join([fromClient(1, 'x'), fromClient(1, 'abc').subarray(0, 3)])],
  ]
  for (const [name, bytes] of starts) {
    const server = new Recorder('server', { keepaliveIntervalMs: 0, limits: { ...LIMITS, incompleteMs: 5000 } })
    server.now = 1000
    server.receive(bytes)
    const due = server.connection.nextTimeout()
    assert.ok(due >= 6000 && due < 6100, `${name}: ${due}`)
    server.connection.handleTimeout(due - 1)
    assert.equal(server.connection.readyState, 'OPEN', name)
    server.connection.handleTimeout(due)
    assert.equal(server.finish().sent?.code, 1008, name)
  }
  const steady = new Recorder('server', { keepaliveIntervalMs: 0, limits: { ...LIMITS, incompleteMs: 5000 } })
  steady.receive(serializeFrame({ opcode: 2, payloadLength: 1 << 19, maskingKey: KEY }))
  for (let second = 1; second <= 100; second++) {
    steady.now = second * 1000
    steady.receive(new Uint8Array(2048))
    steady.connection.handleTimeout(steady.now)
  }
  assert.equal(steady.connection.readyState, 'OPEN')
})

test('the deadline of an incomplete message starts with that message, and time in which nothing is read does not count', () => {
  const server = new Recorder('server', { keepaliveIntervalMs: 0, limits: { ...LIMITS, incompleteMs: 5000 } })
  for (let i = 0; i < 20; i++) {
    server.now = i * 1000
    server.receive(join([i === 0 ? new Uint8Array(0) : fromClient(1, 'abc').subarray(3), fromClient(1, 'abc').subarray(0, 3)]))
    server.connection.handleTimeout(server.now)
  }
  assert.equal(server.connection.readyState, 'OPEN')
  server.connection.pause()
  server.connection.handleTimeout(60_000)
  assert.equal(server.connection.readyState, 'OPEN')
  server.receive(fromClient(1, 'abc').subarray(3))
  server.connection.resume(60_000)
  assert.equal(server.connection.nextTimeout(), Infinity)
})

test('the close timeout starts again as long as queued bytes leave, and not for Pongs queued later', () => {
  const server = new Recorder('server', { closeTimeoutMs: 1000 })
  server.isFull = true
  server.connection.sendBinary(new Uint8Array(100_000))
  server.connection.close(1000, '', 0)
  // As the layer above: everything was taken, and the transport passes it on bit by bit.
  const queued = server.connection.output.take().reduce((sum, { length }) => sum + length, 0)
  server.unsentBytes = queued
  server.connection.outputBlocked()
  let now = 0
  for (let left = queued; left > 20_000; left -= 20_000) {
    now = server.connection.nextTimeout()
    server.sentBytes += 20_000
    server.unsentBytes -= 20_000
    server.connection.handleTimeout(now)
    assert.equal(server.info, undefined, `${left} bytes`)
  }
  server.sentBytes = queued
  server.unsentBytes = 0
  server.connection.outputSent((now += 900))
  assert.equal(server.connection.nextTimeout(), now + 1000, "the peer's time starts when ours has left")
  server.connection.outputBlocked()
  server.connection.outputSent(now + 500)
  assert.equal(server.connection.nextTimeout(), now + 1000)
})

test('a connection dropped while its messages could not leave is not clean, and says how many bytes were lost', () => {
  const server = new Recorder('server', { closeTimeoutMs: 1000 })
  server.isFull = true
  server.connection.sendBinary(new Uint8Array(100_000))
  server.receive(fromClient(8, closeFrame(1000)))
  server.unsentBytes = server.connection.output.take().reduce((sum, { length }) => sum + length, 0)
  server.connection.outputBlocked()
  server.connection.handleTimeout(1000)
  assert.deepEqual([server.info?.wasClean, server.error?.fault], [false, 'timeout'])
  assert.match(server.error?.message ?? '', /^100014 bytes could not be sent/)
})

test("a Close frame behind messages that the application works on is answered when it is done, with the peer's code and reason (section 5.5.1)", () => {
  const start = (): Recorder => {
    const server = new Recorder('server', { closeTimeoutMs: 1000 })
    server.isWorking = true
    server.receive(join([fromClient(1, 'work'), fromClient(8, join([closeFrame(4001), utf8('bye')]))]))
    assert.deepEqual([server.connection.readyState, server.connection.defersAnswer, server.takeHex()], ['OPEN', true, ''])
    return server
  }
  const done = start()
  assert.equal(done.connection.sendText('reply'), true)
  done.connection.applicationIdle(10)
  assert.equal(done.takeHex(), `8105${hex(utf8('reply'))}88050fa1${hex(utf8('bye'))}`)
  assert.equal(done.finish().wasClean, true)
  const closed = start()
  closed.connection.close(1001, '', 10)
  assert.equal(closed.takeHex(), '880203e9', 'close() answers at once')
  assert.deepEqual([closed.finish().wasClean, closed.info?.received?.code], [true, 4001])
  const late = start()
  late.connection.handleTimeout(1000)
  assert.equal(late.takeHex(), `88050fa1${hex(utf8('bye'))}`, 'no later than the close timeout')
  const gone = start()
  gone.connection.transportClosed(undefined, 10)
  assert.deepEqual([gone.info?.wasClean, gone.info?.code], [false, 4001])
})

test('close() while the Close frame of the peer is in held input answers it: one Close frame, and a clean end (section 5.5.1)', () => {
  const server = new Recorder('server')
  server.connection.pause()
  server.onClosing = () => server.connection.resume(0)
  server.receive(join([fromClient(1, 'last'), fromClient(8, closeFrame(1000))]))
  server.connection.close(1001, '', 0)
  assert.equal(server.takeHex(), '880203e9')
  assert.deepEqual(server.log, ['closing', 'message text "last"', 'end transport'])
  assert.equal(server.finish().wasClean, true)
})
