import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePins, readPins } from '../../src/index.ts'
import { isAutobahnNumber, patternsOfNumbers } from '../../src/autobahn/translate.ts'
import { report } from '../doubles/report.ts'

test('a number, a group of numbers and a pattern of numbers stand for ids', () => {
  assert.deepEqual(patternsOfNumbers('2.5'), ['control/limits/ping-too-long-126'])
  assert.deepEqual(patternsOfNumbers('7.13.*'), ['closing/codes/code-5000-open', 'closing/codes/code-65535-open'])
  assert.deepEqual(patternsOfNumbers('7.13'), patternsOfNumbers('7.13.*'))
  assert.deepEqual(patternsOfNumbers('1.1.1'), ['framing/length/text-0'])
  assert.ok(patternsOfNumbers('12.*').length > 1)
  assert.deepEqual(patternsOfNumbers('99.1'), [])
  assert.deepEqual(['6.4.*', '12.*', '2', 'utf8/*', '6.x', '*'].map(isAutobahnNumber), [true, true, true, false, false, false])
})

const index = (behaviours: Record<string, string>): unknown => ({
  server: Object.fromEntries(Object.entries(behaviours).map(([number, behavior]) => [number, { behavior, behaviorClose: 'OK' }])),
})

test('an old index is an expectation: what was in order may not fail, what failed may, the rest is not compared', async () => {
  const wrong = await report(['control-limits-unchecked', 'version-lenient-number'], ['control/limits/ping-too-long-126', 'handshake/version'])
  assert.ok(wrong.counts.fail > 1)
  const changes = (behaviours: Record<string, string>): string[] => comparePins(wrong, readPins(index(behaviours))).map(({ id }) => id)
  for (const behaviour of ['OK', 'NON-STRICT', 'INFORMATIONAL']) assert.deepEqual(changes({ '2.5': behaviour }), ['control/limits/ping-too-long-126'])
  for (const behaviour of ['FAILED', 'UNIMPLEMENTED']) assert.deepEqual(changes({ '2.5': behaviour, '2.1': 'OK' }), [])
  assert.deepEqual(changes({ '1.1.1': 'OK' }), [])
})

test('a case that was not run is a change, and an index without behaviours is refused', async () => {
  const right = await report([], ['control/ping-pong/ping-empty'])
  const lost = { ...right, results: right.results.map((result) => ({ ...result, verdict: 'not-run' as const })) }
  assert.equal(comparePins(lost, readPins(index({ '1.1.1': 'OK' }))).length, 1)
  assert.throws(() => readPins({ server: { '2.5': {} } }), /case 2\.5 of server has no "behavior"/)
  for (const value of [null, [], {}, { server: { name: { behavior: 'OK' } } }, { server: 1 }])
    assert.throws(() => readPins(value), /an expectations file has/)
})
