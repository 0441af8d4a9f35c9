import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptKey, generateKey, isValidKey } from '../../../src/core/handshake/accept-key.ts'
import { platform, random } from '../platform.ts'

test('the accept value of the example key is that of RFC 6455 section 1.3 [RS11, RC20]', () => {
  assert.equal(acceptKey('dGhlIHNhbXBsZSBub25jZQ==', platform().sha1Base64), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

test('a key is the base64 of 16 bytes, canonical or not: the example of RFC 6455 section 4.1 is not [RS2]', () => {
  assert.equal(isValidKey('AQIDBAUGBwgJCgsMDQ4PEC=='), true)
  assert.equal(isValidKey('AQIDBAUGBwgJCgsMDQ4PEA=='), true)
  for (const key of [
    '',
    'AQIDBAUGBwgJCgsMDQ4PEC=',
    'AQIDBAUGBwgJCgsMDQ4PEC',
    'AQIDBAUGBwgJCgsMDQ4P====',
    'AQIDBAUGBwgJCgsMDQ4PEC==\n',
    '_QIDBAUGBwgJCgsMDQ4PEC==',
    'AQID\x80AUGBwgJCgsMDQ4PEC==',
  ]) {
    assert.equal(isValidKey(key), false, key)
  }
})

test('a generated key has 24 characters, canonical base64 of 16 bytes [RC11, C2.3]', () => {
  for (let round = 0; round < 100; round++) {
    const key = generateKey(random)
    const bytes = Buffer.from(key, 'base64')
    assert.deepEqual([key.length, bytes.length, bytes.toString('base64')], [24, 16, key])
    assert.ok(isValidKey(key))
  }
})

test('ten thousand keys are all different and their bytes evenly spread (chi-square, 255 degrees of freedom) [RC11, C2.4]', () => {
  const keys = new Set<string>()
  const histogram = new Float64Array(256)
  for (let round = 0; round < 10_000; round++) {
    const key = generateKey(random)
    keys.add(key)
    for (const byte of Buffer.from(key, 'base64')) histogram[byte]! += 1
  }
  assert.equal(keys.size, 10_000)
  const expected = (10_000 * 16) / 256
  const chiSquare = histogram.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  // Outside of these bounds once in more than a million runs.
  assert.ok(chiSquare > 150 && chiSquare < 380, `chi-square ${chiSquare}`)
})
