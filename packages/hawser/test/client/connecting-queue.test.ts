import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectingQueue, placeBehindProxy, placeOf } from '../../src/client/connecting-queue.ts'
import type { Turn } from '../../src/client/connecting-queue.ts'

function recorder() {
  const started: string[] = []
  const turns = new Map<string, Turn>()
  return {
    started,
    turns,
    start: (name: string) => (turn: Turn) => {
      started.push(name)
      turns.set(name, turn)
    },
  }
}

test('the second connection to a place starts when the first is done, in order of arrival [RC3]', () => {
  const queue = new ConnectingQueue()
  const { started, turns, start } = recorder()
  const place = placeOf('127.0.0.1', 80)
  queue.enter([place], start('a'))
  queue.enter([place], start('b'))
  queue.enter([place], start('c'))
  queue.enter([placeOf('127.0.0.1', 81)], start('other port'))
  assert.deepEqual(started, ['a', 'other port'])
  turns.get('a')?.cancel()
  turns.get('a')?.cancel()
  assert.deepEqual(started, ['a', 'other port', 'b'])
  turns.get('b')?.cancel()
  assert.deepEqual(started, ['a', 'other port', 'b', 'c'])
})

test('a host known under two names is one place, since places are addresses [RFC 6455 §4.1, RC3]', () => {
  const queue = new ConnectingQueue()
  const { started, turns, start } = recorder()
  queue.enter([placeOf('::1', 80), placeOf('127.0.0.1', 80)], start('localhost'))
  queue.enter([placeOf('127.0.0.1', 80)], start('address'))
  assert.deepEqual(started, ['localhost'])
  turns.get('localhost')?.cancel()
  assert.deepEqual(started, ['localhost', 'address'])
})

test('no connection overtakes one that waits for several places', () => {
  const queue = new ConnectingQueue()
  const { started, turns, start } = recorder()
  queue.enter(['a 1'], start('first'))
  queue.enter(['a 1', 'b 1'], start('both'))
  queue.enter(['b 1'], start('last'))
  assert.deepEqual(started, ['first'])
  turns.get('first')?.cancel()
  assert.deepEqual(started, ['first', 'both'])
  turns.get('both')?.cancel()
  assert.deepEqual(started, ['first', 'both', 'last'])
})

test('leaving the queue lets the next connection proceed, and gives nothing back twice', () => {
  const queue = new ConnectingQueue()
  const { started, turns, start } = recorder()
  queue.enter(['a 1'], start('first'))
  const second = queue.enter(['a 1'], start('second'))
  queue.enter(['a 1'], start('third'))
  second.cancel()
  second.cancel()
  turns.get('first')?.cancel()
  assert.deepEqual(started, ['first', 'third'])
  assert.equal(queue.waiting, 0)
})

test('behind a proxy the number in CONNECTING is limited, and each name is a separate host [RC3]', () => {
  const queue = new ConnectingQueue(2)
  const { started, turns, start } = recorder()
  for (const host of ['a', 'b', 'c']) queue.enter([placeBehindProxy(host, 80)], start(host))
  queue.enter([placeBehindProxy('a', 80)], start('a again'))
  assert.deepEqual(started, ['a', 'b'])
  turns.get('b')?.cancel()
  assert.deepEqual(started, ['a', 'b', 'c'])
  turns.get('a')?.cancel()
  assert.deepEqual(started, ['a', 'b', 'c', 'a again'])
})

test('a name that resolves to one address twice takes its place once [RFC 6455 §4.1]', () => {
  const queue = new ConnectingQueue()
  const { started, turns, start } = recorder()
  queue.enter(['a 1', 'a 1'], start('first'))
  queue.enter(['a 1'], start('second'))
  assert.deepEqual(started, ['first'])
  turns.get('first')?.cancel()
  assert.deepEqual(started, ['first', 'second'])
})

test('behind a proxy, connections that wait for one host leave the slots to other hosts [RFC 6455 §4.1]', () => {
  const queue = new ConnectingQueue(2)
  const { started, turns, start } = recorder()
  for (const name of ['a', 'a again', 'a once more']) queue.enter([placeBehindProxy('a', 80)], start(name))
  queue.enter([placeBehindProxy('b', 80)], start('b'))
  assert.deepEqual(started, ['a', 'b'])
  turns.get('a')?.cancel()
  assert.deepEqual(started, ['a', 'b', 'a again'])
})

/** Steps of the queue, counted: every property that is read from a ticket's line passes through the engine, so iterations are counted instead. */
test('each connection costs the same however many wait for the address, whether it starts or gives up', () => {
  const counted = countIterations(() => {
    const queue = new ConnectingQueue()
    const turns: Turn[] = []
    const entered = Array.from({ length: 2_000 }, () => queue.enter([placeOf('127.0.0.1', 80)], (turn) => turns.push(turn)))
    for (let index = 1; index < entered.length; index += 2) entered[index]?.cancel()
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn.cancel()
    assert.equal(queue.waiting, 0)
  })
  assert.ok(counted < 20 * 2_000, `${counted} steps`)
})

/** How many elements sets, maps and arrays were iterated over meanwhile. */
function countIterations(run: () => void): number {
  let steps = 0
  const prototypes = [new Set().values(), new Map().values(), [].values()].map(
    (iterator) => Object.getPrototypeOf(iterator) as { next: () => unknown },
  )
  const originals = prototypes.map((prototype) => prototype.next)
  for (const [index, prototype] of prototypes.entries()) {
    const next = originals[index] as () => unknown
    prototype.next = function (this: unknown) {
      steps++
      return next.call(this)
    }
  }
  try {
    run()
  } finally {
    for (const [index, original] of originals.entries()) (prototypes[index] as { next: () => unknown }).next = original
  }
  return steps
}
