import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePins, readPins, writePins } from '../src/index.ts'
import type { SuiteReport, Verdict } from '../src/index.ts'
import { report } from './doubles/report.ts'

const withVerdicts = (base: SuiteReport, subject: string, verdict: Verdict): SuiteReport => ({
  ...base,
  subject,
  results: base.results.map((result) => ({ ...result, verdict })),
})

test('an expectations file pins known failures and shows a change for better or worse', async () => {
  const only = ['handshake/version']
  const right = await report([], only)
  const wrong = await report(['version-lenient-number'], only)
  const pins = readPins(JSON.parse(JSON.stringify(writePins([wrong]))))
  assert.deepEqual(comparePins(wrong, pins), [])
  const better = comparePins(right, pins)
  assert.ok(better.length > 3 && better.every(({ seen }) => seen === 'pass: as expected'))
  const worse = comparePins(wrong, writePins([right]))
  assert.deepEqual(
    worse.map(({ id }) => id),
    better.map(({ id }) => id),
  )
})

test('pins info and unsupported as well, without their wording', async () => {
  const base = await report([], ['handshake/key/key-missing'])
  for (const verdict of ['info', 'unsupported', 'warn'] as const) {
    const pins = writePins([withVerdicts(base, 'x', verdict)])
    assert.deepEqual(pins.results, { 'handshake/key/key-missing': verdict })
    assert.equal(comparePins(base, pins).length, 1)
    const worded = { ...base, results: base.results.map((result) => ({ ...result, verdict, outcome: 'in other words' })) }
    assert.deepEqual(comparePins(worded, pins), [])
  }
})

test('a case that was not run is never pinned and never as expected', async () => {
  const lost = withVerdicts(await report([], ['handshake/key/key-missing']), 'x', 'not-run')
  assert.deepEqual(writePins([lost]).results, {})
  assert.equal(comparePins(lost, writePins([lost])).length, 1)
})

test('several clients are pinned and compared by their names', async () => {
  const base = await report([], ['handshake/key/key-missing'])
  const [good, bad] = [withVerdicts(base, 'good', 'pass'), withVerdicts(base, 'bad', 'fail')]
  const pins = readPins(writePins([good, bad]))
  assert.deepEqual([comparePins(good, pins), comparePins(bad, pins)], [[], []])
  assert.equal(comparePins({ ...bad, subject: 'good' }, pins).length, 1)
})

test('refuses a value that is no expectations file', () => {
  const format = 'hawser-conformance-expectations-2'
  for (const wrong of [
    null,
    {},
    { results: {} },
    { format, results: { a: 'good' } },
    { format, results: { a: 'not-run' } },
    { format, agents: { a: null } },
  ])
    assert.throws(() => readPins(wrong), TypeError, JSON.stringify(wrong))
})

test('an expectation whose id no case has is a change; one whose case was not selected, or belongs to the other end, is none', async () => {
  const base = await report([], ['handshake/key/key-missing'])
  const results = { 'handshake/key/key-mising': 'fail', 'utf8/bad/bad-byte-ff': 'fail', 'url/query': 'fail', 'always/close-code': 'fail' } as const
  assert.deepEqual(comparePins(base, { format: 'hawser-conformance-expectations-2', suite: base.suite, results }), [
    { id: 'handshake/key/key-mising', expected: 'fail', seen: 'no case has this id' },
  ])
})
