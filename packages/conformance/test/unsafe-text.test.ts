import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonReport } from '../src/report/json.ts'
import { junitReport } from '../src/report/junit.ts'
import type { SuiteReport } from '../src/result.ts'
import { escapeUnsafe, escapeUnsafeJson } from '../src/unsafe-text.ts'

const unsafe = '\u0000\n\r\u001b\u007f\u0085\u009b\u00ad\u061c\u200b\u200e\u2028\u2029\u202e\u2066\u3164\ufeff\ud800\u{e0041}'

test('escapes every character that moves the cursor, reorders text or hides in it, and no other', () => {
  for (const character of unsafe) assert.match(escapeUnsafe(`a${character}b`), /^a\\(?:x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]{5}\})b$/)
  assert.equal(escapeUnsafe('é漢😀❤\ufe0f'), 'é漢😀❤\ufe0f')
})

test('a JSON report holds none of them raw and parses to the same report', () => {
  const report = { results: [{ outcome: `received "${unsafe}"` }] } as unknown as SuiteReport
  const text = jsonReport([report])
  assert.equal(escapeUnsafe(text.slice(0, -1)), text.slice(0, -1))
  assert.deepEqual(JSON.parse(text), report)
  assert.equal(escapeUnsafeJson('"\u009b"'), '"\\u009b"')
})

test('a JUnit report holds none of them raw but its own line ends', () => {
  const result = {
    id: 'a/b',
    area: 'a',
    verdict: 'fail',
    outcome: `received "${unsafe}"`,
    why: '',
    section: '',
    requirements: [],
    durationMs: 0,
    exchange: [],
  }
  const report = { end: 'server', subject: 'x', durationMs: 0, results: [result] } as unknown as SuiteReport
  for (const line of junitReport([report]).split(/[\n\r]/)) assert.equal(escapeUnsafe(line), line)
})
