import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPage, readPrograms, tableOf } from '../../scripts/consumer-programs.ts'

test('the page of consumers has each program with the locked versions, and each of them works', () => {
  const [, table] = readPage()
  assert.equal(
    table,
    tableOf(readPrograms(), () => 'ok'),
    'npm run consumers -- --write writes the table',
  )
})
