import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Queue } from '../../src/connection/queue.ts'

test('entries come out in order for any pattern of pushes and shifts', () => {
  const queue = new Queue<number>()
  let pushed = 0
  let shifted = 0
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < (round * 7) % 13; i++) queue.push(pushed++)
    for (let i = 0; i < (round * 5) % 11; i++) {
      const entry = queue.shift()
      if (entry === undefined) break
      assert.equal(entry, shifted++)
    }
    assert.equal(queue.length, pushed - shifted)
  }
})

test('half a million entries are taken one by one in linear time', () => {
  const queue = new Queue<number>()
  for (let i = 0; i < 500_000; i++) queue.push(i)
  let copied = 0
  const { slice } = Array.prototype
  Reflect.set(Array.prototype, 'slice', function (this: unknown[], from?: number, to?: number) {
    const copy = slice.call(this, from, to)
    copied += copy.length
    return copy
  })
  try {
    for (let i = 0; i < 500_000; i++) if (queue.shift() !== i) throw new Error(`entry ${i} is out of order`)
  } finally {
    Reflect.set(Array.prototype, 'slice', slice)
  }
  assert.equal(queue.shift(), undefined)
  assert.ok(copied <= 500_000, `${copied} entries were copied`)
})

test('a cleared queue is empty', () => {
  const queue = new Queue<string>()
  queue.push('a')
  queue.clear()
  assert.deepEqual([queue.length, queue.shift()], [0, undefined])
})
