import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { checkLimits, MAX_STRING_LENGTH, readHandshakeLimits, readSocketLimits } from '../../src/connection/limits.ts'

test('limits that depend on the message limit follow it unless they are given', () => {
  const limits = readSocketLimits({ message: 1000 })
  assert.deepEqual([limits.frame, limits.incompleteBytes], [1000, 67_536])
  assert.equal(readSocketLimits({ message: 10 }).frame, 125)
  assert.equal(readHandshakeLimits({ handshakeMs: 5 }).handshakeMs, 5)
  assert.equal(readHandshakeLimits().startLine, 8192)
})

test('a limit that is not a number, out of range or unknown is refused with its name', () => {
  for (const limits of [{ fields: 0 }, { handshakeMs: 1e12 }, { earlyData: null }, { constructor: 1 }]) {
    assert.throws(
      () => checkLimits(limits),
      (error: OptionError) => error.option === `limits.${Object.keys(limits)[0]}`,
    )
  }
  checkLimits({ connections: Number.POSITIVE_INFINITY, receiveBuffer: 0 })
  checkLimits(undefined)
})

test('the message limit is at most the longest string, which every runtime can make; as bytes at most 2 GiB - 1', () => {
  assert.equal('x'.repeat(MAX_STRING_LENGTH).length, MAX_STRING_LENGTH)
  checkLimits({ message: MAX_STRING_LENGTH })
  checkLimits({ message: 0x7fff_ffff }, 'bytes')
  for (const [limits, text] of [
    [{ message: MAX_STRING_LENGTH + 1 }, 'string'],
    [{ message: 2 ** 31 }, 'bytes'],
    [{ startLine: 2 ** 28 }, 'string'],
    [{ fieldSection: 2 ** 28 }, 'string'],
  ] as const) {
    assert.throws(
      () => checkLimits(limits, text),
      (error: OptionError) => error.option === `limits.${Object.keys(limits)[0]}`,
    )
  }
})

test('the default of fragments grows with the message limit, so that a large message may come in 64-byte fragments', () => {
  assert.equal(readSocketLimits().fragments, 16_384)
  assert.equal(readSocketLimits({ message: 1000 }).fragments, 16_384)
  assert.equal(readSocketLimits({ message: 4 << 20 }).fragments, 65_536)
  assert.equal(readSocketLimits({ message: 4 << 20, fragments: 5 }).fragments, 5)
})
