import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { checkLimits, resolveHandshakeLimits, resolveSocketLimits } from '../../src/connection/limits.ts'

test('limits that depend on the message limit follow it, and what is given stays', () => {
  const limits = resolveSocketLimits({ message: 1000 })
  assert.deepEqual([limits.frame, limits.incompleteBytes], [1000, 67_536])
  assert.equal(resolveSocketLimits({ message: 10 }).frame, 125)
  assert.equal(resolveHandshakeLimits({ handshakeMs: 5 }).handshakeMs, 5)
  assert.equal(resolveHandshakeLimits().startLine, 8192)
})

test('a limit that is no number, out of range or unknown is refused with its name', () => {
  for (const limits of [{ fields: 0 }, { handshakeMs: 1e12 }, { earlyData: null }, { constructor: 1 }]) {
    assert.throws(
      () => checkLimits(limits),
      (error: OptionError) => error.option === `limits.${Object.keys(limits)[0]}`,
    )
  }
  checkLimits({ connections: Number.POSITIVE_INFINITY, receiveBuffer: 0 })
  checkLimits(undefined)
})
