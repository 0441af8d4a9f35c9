import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../../src/cli/command.ts'

test('a usage error carries the suggestion', () => {
  const error = new UsageError('unknown option --prot', 'did you mean --port?')
  assert.ok(error instanceof Error)
  assert.deepEqual([error.name, error.message, error.suggestion], ['UsageError', 'unknown option --prot', 'did you mean --port?'])
  assert.equal(new UsageError('x').suggestion, undefined)
})
