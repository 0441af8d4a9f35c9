import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainView } from '../../../src/core/protocol/plain-view.ts'

test('a view of a Buffer is a plain Uint8Array on the same memory', () => {
  const buffer = Buffer.from('hello')
  const view = plainView(buffer, 1, 3)
  assert.equal(Object.getPrototypeOf(view), Uint8Array.prototype)
  assert.deepEqual([...view], [0x65, 0x6c])
  buffer[1] = 0x45
  assert.equal(view[0], 0x45)
})
