import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/cli/command.ts'
import { readFile, secret } from '../../src/cli/read-file.ts'

test('reads a file, and reports one that cannot be read as a usage error', () => {
  assert.match(readFile('ca', fileURLToPath(import.meta.url)).toString(), /named by an option/)
  assert.throws(
    () => readFile('ca', '/no/such/file'),
    (error) => error instanceof UsageError && error.message.startsWith('option --ca: ENOENT'),
  )
})

test('a secret is the text itself, or after @ the first line of a file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hawser-secret-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'secret')
  writeFileSync(file, 'open sesame\r\nnot this\n')
  assert.equal(secret('passphrase', 'typed'), 'typed')
  assert.equal(secret('passphrase', `@${file}`), 'open sesame')
  assert.throws(() => secret('passphrase', '@/no/such/file'), /option --passphrase: ENOENT/)
})
