import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { RSV1 } from '../../../src/core/protocol/extension.ts'
import { serializeFrame } from '../../../src/core/protocol/frame-serializer.ts'
import { KEY, Recorder, closeFrame, fromClient, fromServer, hex, join, pair, utf8 } from './recorder.ts'
import { asynchronous, Gate, xor } from './test-extensions.ts'

test('a client that closes first: 1000 both ways, the server ends the transport first [RFC 6455 §7.1.1]', () => {
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

test('after our Close frame nothing more is sent, but messages still come and Pings are answered [RFC 6455 §5.5.1]', () => {
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

test('a peer that never answers the Close frame is dropped at the close timeout [CVE-2024-23672]', () => {
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

test('a peer that answers but does not end the transport is dropped too, and the end was clean [RFC 6455 §7.1.4]', () => {
  const server = new Recorder('server', { closeTimeoutMs: 500 })
  server.now = 200
  server.receive(fromClient(8, closeFrame(1000)))
  assert.equal(server.connection.nextTimeout(), 700)
  server.connection.handleTimeout(700)
  assert.deepEqual(server.log, ['closing', 'end transport', 'abort transport', 'closed 1000 clean remote'])
  assert.equal(server.error, undefined)
})

test('after failing, the transport is dropped within a second, however long closeTimeoutMs is [RFC 6455 §7.1.7]', () => {
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

test('a client ends the transport itself when the server does not in time [RFC 6455 §7.1.1]', () => {
  const client = new Recorder('client', { closeTimeoutMs: 500 })
  client.receive(fromServer(8, closeFrame(1000)))
  assert.deepEqual(client.log, ['closing'])
  client.connection.handleTimeout(500)
  assert.deepEqual(client.log, ['closing', 'end transport'])
  client.connection.handleTimeout(1000)
  assert.deepEqual(client.log.slice(2), ['abort transport', 'closed 1000 clean remote'])
})

test('a client waits two seconds, not closeTimeoutMs, for the FIN of a server that has answered the Close frame [RFC 6455 §7.1.1]', () => {
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

test('failing sends the Close frame, ends the transport, and reports 1006 with the local cause [RFC 6455 §7.1.5, §7.1.7]', () => {
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

test('a local failure is not described to the peer', () => {
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

test('closing may lose the transport: the end is reported after the transition, once', () => {
  const server = new Recorder('server')
  server.onClosing = () => server.connection.transportClosed(new Error('gone'), 0)
  server.receive(fromClient(8, closeFrame(1000)))
  assert.deepEqual(server.log, ['closing', 'end transport', 'closed 1000 remote'])
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

/** In unmasked frames of at most 125 bytes. */
function countCloseFrames(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]!) if (bytes[at] === 0x88) count++
  return count
}

test('in any order of three events: closing at most once, closed once, nothing after it, at most one Close frame [RFC 6455 §7]', () => {
  const names = Object.keys(steps)
  for (const a of names) {
    for (const b of names) {
      for (const c of names) {
        const recorder = new Recorder('server')
        for (const name of [a, b, c]) if (recorder.info === undefined) steps[name]!(recorder)
        const sent = countCloseFrames(recorder.take())
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

test('the bytes that never reached the transport stay counted after the end, those in an extension too', () => {
  const server = new Recorder('server', {})
  server.isFull = true
  server.connection.sendBinary(new Uint8Array(100))
  assert.equal(server.connection.droppedBytes, 0)
  server.connection.transportClosed(undefined, 1)
  assert.deepEqual([server.connection.readyState, server.connection.queuedBytes, server.connection.droppedBytes], ['CLOSED', 0, 102])
  const waiting = new Recorder('server', { extensions: [asynchronous(new Gate(), xor(1, RSV1))] })
  waiting.connection.sendBinary(new Uint8Array(100))
  const { queuedBytes } = waiting.connection
  assert.ok(queuedBytes >= 100)
  waiting.connection.transportClosed(undefined, 1)
  assert.equal(waiting.connection.droppedBytes, queuedBytes)
})

test("a Close frame behind messages that the application works on is answered when it is done, with the peer's code and reason [§5.5.1]", () => {
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

test('close() while the Close frame of the peer is in held input answers it: one Close frame, and a clean end [§5.5.1]', () => {
  const server = new Recorder('server')
  server.connection.pause()
  server.onClosing = () => server.connection.resume(0)
  server.receive(join([fromClient(1, 'last'), fromClient(8, closeFrame(1000))]))
  server.connection.close(1001, '', 0)
  assert.equal(server.takeHex(), '880203e9')
  assert.deepEqual(server.log, ['closing', 'message text "last"', 'end transport'])
  assert.equal(server.finish().wasClean, true)
})

test('a client whose answer waited for an extension while the server ended the transport ends it too, at once [§7.1.1]', () => {
  const gate = new Gate()
  const client = new Recorder('client', { extensions: [asynchronous(gate, xor(0xff, RSV1))] })
  client.connection.sendText('being encoded')
  client.receive(fromServer(8, closeFrame(1000)))
  client.connection.receiveEnd(0)
  assert.deepEqual(client.log, ['closing'])
  gate.release()
  assert.deepEqual(client.log, ['closing', 'end transport'])
  client.connection.transportClosed(undefined, 0)
  assert.deepEqual([client.info?.code, client.info?.wasClean], [1000, true])
})
