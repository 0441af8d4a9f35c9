import assert from 'node:assert/strict'
import test from 'node:test'
import { OutputChunks } from '../../../../src/runtime/node/zlib/output-chunks.ts'

test('joins copies and chunks in order, and counts them', () => {
  const output = new OutputChunks()
  const scratch = Buffer.from('one ')
  output.copy(scratch)
  scratch.fill(0)
  output.add(Buffer.alloc(0))
  output.add(Buffer.from('two'))
  assert.equal(output.length, 7)
  assert.equal(Buffer.from(output.take()).toString(), 'one two')
  assert.equal(output.length, 0)
  assert.equal(output.take().length, 0)
})

test('does not hold a large buffer for the few bytes of it that are output', () => {
  const output = new OutputChunks()
  const large = Buffer.alloc(65_536)
  output.add(large.subarray(0, 10))
  assert.notEqual(output.take().buffer, large.buffer)
  output.add(large.subarray(0, 40_000))
  assert.equal(output.take().buffer, large.buffer)
})
