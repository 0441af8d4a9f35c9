import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compact, MessageQueue } from '../../src/connection/message-queue.ts'

/** The next message as an iterator gives it. */
const nextOf = <T>(queue: MessageQueue<T>): Promise<IteratorResult<T, undefined>> => queue.iterate().next()

test('messages come out in order, the first receiver gets the first, and the bytes count those that wait', async () => {
  let taken = 0
  const queue = new MessageQueue<number>(() => void taken++)
  const waiting = [nextOf(queue), nextOf(queue)]
  assert.equal(queue.isAwaited, true)
  for (let i = 0; i < 3000; i++) queue.push(i, 10)
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ value }) => value),
    [0, 1],
  )
  assert.ok(queue.bytes >= 2998 * 10)
  for (let i = 2; i < 3000; i++) assert.equal((await nextOf(queue)).value, i)
  assert.deepEqual([queue.bytes, taken], [0, 2998])
})

test('an error takes the place of its message, and the end comes after the waiting messages', async () => {
  const queue = new MessageQueue<string>(() => undefined)
  queue.push('a', 1)
  queue.pushError(new Error('b'), 1)
  queue.push('c', 1)
  queue.end()
  assert.equal((await nextOf(queue)).value, 'a')
  await assert.rejects(nextOf(queue), /b/)
  assert.equal((await nextOf(queue)).value, 'c')
  assert.equal((await nextOf(queue)).done, true)
})

test('an iterator that was left is done, and another takes the waiting messages', async () => {
  const queue = new MessageQueue<string>(() => undefined)
  queue.push('a', 1)
  queue.push('b', 1)
  const first = queue.iterate()
  assert.equal((await first.next()).value, 'a')
  await first.return?.()
  assert.equal((await first.next()).done, true)
  assert.equal((await queue.iterate().next()).value, 'b')
  const pending = nextOf(queue)
  queue.end()
  assert.equal((await pending).done, true)
})

test('a small view into a large chunk is copied, a large one and any other message are not', () => {
  const chunk = new Uint8Array(1000).fill(7)
  const small = compact(chunk.subarray(10, 20)) as Uint8Array
  assert.deepEqual([small.length, small.buffer.byteLength, small[0]], [10, 10, 7])
  const large = chunk.subarray(10, 900)
  assert.equal(compact(large), large)
  assert.equal(compact('text'), 'text')
})
