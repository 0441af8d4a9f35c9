import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultyTransport, ManualClock, settle, transportPair } from '../../src/testing/index.ts'
import type { Faults } from '../../src/testing/index.ts'

async function receive(faults: Faults, clock?: ManualClock): Promise<string[]> {
  const [left, right] = transportPair()
  left.attach({ data() {}, end() {}, drained() {}, closed() {} })
  const faulty = new FaultyTransport(right, faults)
  const log: string[] = []
  faulty.attach({
    data: (chunk) => void log.push(Buffer.from(chunk).toString()),
    end: () => void log.push('end'),
    drained() {},
    closed: (error) => void log.push(error === undefined ? 'closed' : 'failed'),
  })
  faulty.resume()
  left.write([Buffer.from('abcdef')])
  left.end()
  await settle()
  await clock?.advance(1000)
  return log
}

test('split, drop, reset and delay take effect', async () => {
  assert.deepEqual(await receive({}), ['abcdef', 'end'])
  assert.deepEqual(await receive({ split: 4 }), ['abcd', 'ef', 'end'])
  let size = 0
  assert.deepEqual(await receive({ split: () => ++size }), ['a', 'bc', 'def', 'end'])
  assert.deepEqual(await receive({ dropAfter: 2 }), ['ab'])
  assert.deepEqual(await receive({ resetAfter: 3 }), ['abc', 'failed'])
  const clock = new ManualClock()
  assert.deepEqual(await receive({ delayMs: 10, clock }, clock), ['abcdef', 'end'])
  assert.throws(() => new FaultyTransport(transportPair()[0], { delayMs: 1 }), /option faults.clock: expected a clock/)
})

interface Recorded {
  readonly transport: FaultyTransport
  readonly log: string[]
}

function join(faults: { near?: Faults; far?: Faults } = {}, capacity = 65_536): { near: Recorded; far: Recorded } {
  const [left, right] = transportPair({ capacity })
  const record = (transport: FaultyTransport): Recorded => {
    const log: string[] = []
    transport.attach({
      data: (chunk) => void log.push(Buffer.from(chunk).toString()),
      end: () => void log.push('end'),
      drained: () => void log.push('drained'),
      closed: (error) => void log.push(error?.message ?? 'closed'),
    })
    transport.resume()
    return { transport, log }
  }
  return { near: record(new FaultyTransport(left, faults.near)), far: record(new FaultyTransport(right, faults.far)) }
}

const bytes = (text: string): Uint8Array[] => [Buffer.from(text)]

test('endAfter half-closes inside a write: the peer sees its first bytes and a FIN, and its own bytes still arrive', async () => {
  const { near, far } = join({ near: { endAfter: 4 } })
  near.transport.write([...bytes('ab'), ...bytes('cdef')])
  near.transport.write(bytes('gh'))
  await settle()
  assert.deepEqual(far.log, ['ab', 'cd', 'end'])
  assert.equal(near.transport.sentBytes, 4)
  far.transport.write(bytes('answer'))
  far.transport.end()
  await settle()
  assert.deepEqual(near.log, ['answer', 'end', 'closed'])
})

test('failWritesAfter fails the write that exceeds it: this end sees EPIPE, the peer the bytes before it and a reset', async () => {
  const { near, far } = join({ near: { failWritesAfter: 3 } })
  near.transport.write(bytes('abc'))
  await settle()
  assert.deepEqual([near.log, far.log], [[], ['abc']])
  near.transport.write(bytes('d'))
  await settle()
  assert.deepEqual([near.log, far.log], [['write EPIPE'], ['abc', 'the peer reset the connection']])
})

test('failWrites fails at once if bytes have not left, otherwise at the next write', async () => {
  const idle = join()
  idle.near.transport.failWrites()
  await settle()
  assert.deepEqual(idle.near.log, [])
  idle.near.transport.write(bytes('a'))
  await settle()
  assert.deepEqual(idle.near.log, ['write EPIPE'])
  const full = join({}, 1)
  full.far.transport.stall()
  full.near.transport.write(bytes('abc'))
  full.near.transport.failWrites(new Error('no route'))
  await settle()
  assert.deepEqual([full.near.log, full.far.log], [['no route'], ['the peer reset the connection']])
})

test('a stalled end receives nothing, its peer feels the capacity of the network, and nothing is lost', async () => {
  const { near, far } = join({}, 4)
  far.transport.stall()
  assert.equal(near.transport.write(bytes('abc')), true)
  assert.equal(near.transport.write(bytes('def')), false)
  near.transport.end()
  await settle()
  assert.deepEqual([far.log, near.transport.bufferedBytes], [[], 2])
  far.transport.proceed()
  await settle()
  assert.deepEqual([near.log, far.log], [['drained'], ['abc', 'def', 'end']])
})

test('after a cut neither end learns anything, and each is closed only by its own abort', async () => {
  const { near, far } = join()
  near.transport.cut()
  near.transport.write(bytes('a'))
  far.transport.write(bytes('b'))
  far.transport.abort()
  await settle()
  assert.deepEqual([near.log, far.log], [[], ['closed']])
  near.transport.abort()
  await settle()
  assert.deepEqual(near.log, ['closed'])
})

test('reset is seen by both ends, and by a handler that is attached afterwards', async () => {
  const { near, far } = join()
  near.transport.reset()
  await settle()
  assert.deepEqual([near.log, far.log], [['the connection was reset'], ['the peer reset the connection']])
  const late = new FaultyTransport(transportPair()[0])
  late.reset()
  await settle()
  const log: (string | undefined)[] = []
  late.attach({ data() {}, end() {}, drained() {}, closed: (error) => void log.push(error?.message) })
  await settle()
  assert.deepEqual(log, ['the connection was reset'])
})

test('pieces of a split chunk wait while the handler pauses, and go to the handler that takes over', async () => {
  const [left, right] = transportPair()
  const transport = new FaultyTransport(right, { split: 1 })
  const log: string[] = []
  const second = {
    data: (chunk: Uint8Array) => void log.push(`2${Buffer.from(chunk).toString()}`),
    end: () => void log.push('2end'),
    drained() {},
    closed() {},
  }
  transport.attach({
    ...second,
    data(chunk) {
      log.push(`1${Buffer.from(chunk).toString()}`)
      transport.pause()
    },
  })
  transport.resume()
  left.write(bytes('abc'))
  left.end()
  await settle()
  assert.deepEqual(log, ['1a'])
  transport.attach(second)
  await settle()
  assert.deepEqual(log, ['1a'])
  transport.resume()
  await settle()
  assert.deepEqual(log, ['1a', '2b', '2c', '2end'])
})
