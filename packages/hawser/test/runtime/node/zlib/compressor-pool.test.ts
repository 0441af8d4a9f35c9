import assert from 'node:assert/strict'
import test from 'node:test'
import { compressorBytes } from '../../../../src/runtime/node/zlib/compressor-pool.ts'

test("the memory of a compressor follows zlib's formula with a hash table of at least 64 KiB", () => {
  assert.equal(compressorBytes(15, 8), 131_072 + 65_536 + 65_536 + 8192)
  assert.equal(compressorBytes(12, 5), 16_384 + 65_536 + 8192 + 8192)
  assert.equal(compressorBytes(8, 1), compressorBytes(9, 1))
})
