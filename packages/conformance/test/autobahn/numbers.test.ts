import assert from 'node:assert/strict'
import { test } from 'node:test'
import { autobahnNumbers, clientCases, selectCases, serverCases } from '../../src/index.ts'

test('every number has cases at both ends, each of them over HTTP/1.1', () => {
  for (const [number, patterns] of autobahnNumbers) {
    for (const pattern of patterns) {
      for (const cases of [serverCases, clientCases]) {
        const selected = selectCases(cases, [pattern])
        assert.ok(selected.length > 0, `${number}: ${pattern}`)
        assert.ok(selected.every(({ over }) => over === undefined))
      }
    }
  }
})

test('the numbers are those of the Autobahn|Testsuite, without the round trips of 9.7 and 9.8', () => {
  const counts = new Map<string, number>()
  for (const number of autobahnNumbers.keys()) {
    const category = number.split('.')[0] ?? ''
    counts.set(category, (counts.get(category) ?? 0) + 1)
  }
  assert.deepEqual(Object.fromEntries(counts), { 1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 42, 10: 1, 12: 90, 13: 126 })
})
