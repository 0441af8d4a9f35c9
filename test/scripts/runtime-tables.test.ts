import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withRuntimeTables } from '../../scripts/runtime-tables.ts'
import { read } from '../../scripts/sources.ts'

test('docs/runtimes.md has the tables that the code gives', () => {
  const text = read('docs/runtimes.md')
  assert.equal(withRuntimeTables(text), text, 'run node --import tsx scripts/runtime-tables.ts')
})

test('a page without a place for a table is named', () => {
  assert.throws(() => withRuntimeTables('# Nothing'), /docs\/runtimes\.md has no place for the table capabilities/)
})
