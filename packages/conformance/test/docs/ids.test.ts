import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { clientCases, serverCases } from '../../src/index.ts'

/** Written by packages/conformance/scripts/ids.ts; one id leaves it only as docs/conformance.md says. */
const published = JSON.parse(readFileSync(new URL('../published-ids.json', import.meta.url), 'utf8')) as Record<'server' | 'client', string[]>

test('every published id still names a case', () => {
  for (const [end, cases] of [
    ['server', serverCases],
    ['client', clientCases],
  ] as const) {
    const known = new Set(cases.map(({ id }) => id))
    assert.ok(published[end].length > 1500)
    assert.deepEqual(
      published[end].filter((id) => !known.has(id)),
      [],
      end,
    )
  }
})
