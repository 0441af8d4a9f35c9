import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinBytes, joinSegments } from '../../src/connection/join-bytes.ts'

test('two arrays become one, in order, and stay as they were', () => {
  const [first, second] = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  const joined = joinBytes(first, second)
  assert.deepEqual([...joined], [1, 2, 3])
  joined.fill(0)
  assert.deepEqual([...first, ...second], [1, 2, 3])
  assert.equal(joinBytes(new Uint8Array(0), new Uint8Array(0)).byteLength, 0)
})

test('any number of segments become one array, in order', () => {
  assert.deepEqual([...joinSegments([Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)])], [1, 2, 3])
  assert.equal(joinSegments([]).byteLength, 0)
})
