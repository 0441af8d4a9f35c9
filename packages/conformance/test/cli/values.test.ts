import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/usage-error.ts'
import { byteCount, duration, fieldLine, wholeNumber } from '../../src/cli/values.ts'

test('accepts whole decimal numbers within their range', () => {
  assert.equal(wholeNumber('port', '0', 0, 65_535), 0)
  assert.equal(wholeNumber('port', '65535', 0, 65_535), 65_535)
  for (const wrong of ['65536', '-1', '1.5', '0x10', '1e3', '', ' 1', 'http']) {
    assert.throws(() => wholeNumber('port', wrong, 0, 65_535), /^UsageError: option --port: expected a whole number from 0 to 65535, received "/)
  }
})

test('reads bytes with units of 1024', () => {
  for (const [text, bytes] of [
    ['1', 1],
    ['65536', 65_536],
    ['64k', 65_536],
    ['64KiB', 65_536],
    ['1m', 1_048_576],
    ['1MiB', 1_048_576],
    ['1g', 1_073_741_824],
    ['12b', 12],
  ] as const) {
    assert.equal(byteCount('max-message', text), bytes)
  }
  for (const wrong of ['0', '4g', '1.5m', '-1', 'k', '', '1kb2', '99999999999']) assert.throws(() => byteCount('max-message', wrong), UsageError)
})

test('reads times in seconds unless they name another unit', () => {
  for (const [text, ms] of [
    ['5', 5000],
    ['0', 0],
    ['0.25', 250],
    ['500ms', 500],
    ['2s', 2000],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ] as const) {
    assert.equal(duration('wait', text), ms)
  }
  for (const wrong of ['', '-1', 'ms', '5 s', '1d', '1e3', '999999999'])
    assert.throws(() => duration('wait', wrong), /option --wait: expected a time such as/)
})

test('reads a field line as name, colon and value', () => {
  assert.deepEqual(fieldLine('header', 'Authorization: Bearer a:b'), ['Authorization', 'Bearer a:b'])
  assert.deepEqual(fieldLine('header', 'X-Empty:'), ['X-Empty', ''])
  for (const wrong of ['novalue', ': x', '', ' : x']) assert.throws(() => fieldLine('header', wrong), /option --header: expected 'Name: value'/)
})
