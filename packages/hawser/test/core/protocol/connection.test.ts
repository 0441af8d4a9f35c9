import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { RSV1 } from '../../../src/core/protocol/extension.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { asynchronous, Gate, xor } from './test-extensions.ts'
import { LIMITS, KEY, Recorder, closeFrame, fromClient, fromServer, hex, join, pair, utf8 } from './recorder.ts'

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

test('a Pong does not refer to memory of the Ping [RFC 6455 §5.5.3]', () => {
  const client = new Recorder('client')
  const chunk = fromServer(9, 'abc')
  client.connection.receive(chunk, 0)
  chunk.fill(0)
  assert.match(client.takeHex(), /^8a83/)
  const server = new Recorder('server')
  server.receive(client.take())
  assert.equal(client.log[0], 'ping 616263')
})

test('only the most recent Ping is answered while the transport does not keep up [RFC 6455 §5.5.3]', () => {
  const server = new Recorder('server')
  server.connection.sendText('waiting')
  server.connection.receive(fromClient(9, '1'), 0)
  server.connection.receive(fromClient(9, '2'), 0)
  server.connection.receive(fromClient(9, '3'), 0)
  server.connection.sendText('x')
  server.connection.close(1000, '', 0)
  assert.equal(server.takeHex(), '8a0133' + `8107${hex(utf8('waiting'))}810178` + '880203e8')
})

test('2000 Pings to a transport that never takes leave a bounded output', () => {
  const server = new Recorder('server')
  server.connection.sendText('waiting')
  for (let i = 0; i < 2000; i++) server.connection.receive(fromClient(9, new Uint8Array(125)), i * 10)
  assert.ok(server.connection.queuedBytes < 200)
})

test('an RSV bit of an agreed extension is not allowed on a control frame [RFC 6455 §5.2, RFC 7692 §6.1]', () => {
  for (const opcode of [8, 9, 10]) {
    const server = new Recorder('server', { extensions: [xor(0xff, RSV1)] })
    server.receive(serializeFrame({ opcode, rsv: RSV1, payload: new Uint8Array(0), maskingKey: KEY }))
    assert.equal(server.finish().sent?.code, 1002, String(opcode))
  }
})

test('pause stops after the current message and keeps the rest of the chunk, and resume continues', () => {
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

test('resume inside message continues in the same call', () => {
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
  assert.match(server.takeHex(), /^8904.{8}$/)
  server.now = 39_000
  server.receive(new Uint8Array([0x81]))
  connection.handleTimeout(40_000)
  assert.equal(server.takeHex(), '')
  connection.handleTimeout(59_000)
  assert.match(server.takeHex(), /^8904.{8}$/)
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
  assert.match(server.takeHex(), /^(8904.{8}){5}$/)
  assert.equal(server.connection.readyState, 'OPEN')
  assert.equal(new Recorder('server', { keepaliveIntervalMs: 0 }).connection.nextTimeout(), Infinity)
})

test('the Pong of a Ping of keepalive measures the round trip', () => {
  const server = new Recorder('server', { keepaliveAlways: true })
  const client = new Recorder('client')
  assert.equal(server.connection.roundTripMs, undefined)
  server.connection.handleTimeout(20_000)
  client.receive(server.take())
  server.now = 20_025
  server.receive(fromClient(10, ''), client.take())
  assert.equal(server.connection.roundTripMs, 25)
})

test('thousands of tiny and empty fragments in tiny chunks hold no more than the message [CVE-2026-48779]', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, fragments: Infinity } })
  const fragments = [fromClient(0, 'x', false), fromClient(0, '', false)]
  server.receive(fromClient(2, 'x', false))
  for (let i = 0; i < 20_000; i++) server.receive(fragments[i & 1]!.subarray(0, 3), fragments[i & 1]!.subarray(3))
  assert.ok(server.connection.heldBytes < 2 * 10_001 + 1024, String(server.connection.heldBytes))
})

test('a header that claims the limit and brings nothing holds nothing [CVE-2022-35922]', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, message: 2 ** 40, frame: 2 ** 40 } })
  server.receive(serializeFrame({ opcode: 2, payloadLength: 2 ** 40, maskingKey: KEY }))
  server.receive(new Uint8Array(100))
  assert.ok(server.connection.heldBytes < 4096)
  assert.equal(server.connection.readyState, 'OPEN')
})

test('incompleteBytes bounds the memory of an incomplete message: 1009', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, incompleteBytes: 1256 } })
  server.receive(fromClient(2, new Uint8Array(900), false), fromClient(0, new Uint8Array(100), false))
  assert.ok(server.connection.heldBytes <= 1256)
  server.receive(fromClient(0, new Uint8Array(1), false))
  assert.equal(server.finish().sent?.code, 1009)
  const whole = new Recorder('server', { limits: { ...LIMITS, incompleteBytes: 1256 } })
  whole.receive(fromClient(2, new Uint8Array(5000)))
  assert.equal(whole.messages.length, 1)
})

test('sends and closes in any order leave whole frames only [CVE-2022-25762]', () => {
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

test('control frame floods are counted per second: 1008 above the limit, answered again after it [RFC 6455 §10.4]', () => {
  const server = new Recorder('server', { limits: { ...LIMITS, controlFramesPerSecond: 3 } })
  for (let i = 0; i < 30; i++) {
    server.now = i * 400
    server.receive(fromClient(10))
  }
  assert.equal(server.connection.readyState, 'OPEN')
  server.receive(fromClient(10), fromClient(10), fromClient(10), fromClient(10))
  assert.equal(server.finish().sent?.code, 1008)
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

test('an end of the transport reported inside message takes effect after the chunk', () => {
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

test('after an extension has decoded a fragment, reading continues although no message arrived', () => {
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
