import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/cli/command.ts'
import { readFile } from '../../src/cli/read-file.ts'

test('a file named by an option is read, and one that cannot be read is the user’s error', () => {
  assert.match(readFile('ca', fileURLToPath(import.meta.url)).toString(), /named by an option/)
  assert.throws(
    () => readFile('ca', '/no/such/file'),
    (error) => error instanceof UsageError && /^option --ca: ENOENT/.test(error.message),
  )
})
