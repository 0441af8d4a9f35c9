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
