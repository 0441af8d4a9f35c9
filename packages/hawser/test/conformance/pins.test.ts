import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePins, readPins, writePins } from '../../src/conformance/index.ts'
import { report } from './doubles/report.ts'

test('an expectations file pins known failures and tells a change for better or worse', async () => {
  const only = ['handshake/version']
  const right = await report([], only)
  const wrong = await report(['version-lenient-number'], only)
  const pins = readPins(JSON.parse(JSON.stringify(writePins(wrong))))
  assert.deepEqual(comparePins(wrong, pins), [])
  const better = comparePins(right, pins)
  assert.ok(better.length > 3 && better.every(({ seen }) => seen === 'pass: as expected'))
  const worse = comparePins(wrong, writePins(right))
  assert.deepEqual(
    worse.map(({ id }) => id),
    better.map(({ id }) => id),
  )
  assert.throws(() => readPins({ results: {} }), TypeError)
  assert.throws(() => readPins({ format: pins.format, results: { a: { verdict: 'good' } } }), TypeError)
})
