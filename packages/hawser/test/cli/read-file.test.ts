import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/cli/command.ts'
import { readFile } from '../../src/cli/read-file.ts'

test('reads a file, and reports one that cannot be read as a usage error', () => {
  assert.match(readFile('ca', fileURLToPath(import.meta.url)).toString(), /named by an option/)
  assert.throws(
    () => readFile('ca', '/no/such/file'),
    (error) => error instanceof UsageError && error.message.startsWith('option --ca: ENOENT'),
  )
})
