import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/cli/command.ts'
import { elsewhere, localhost } from '../certificates/index.ts'
import { checkTls, readFile } from '../../src/cli/read-file.ts'

test('a file named by an option is read, and one that cannot be read is the user’s error', () => {
  assert.match(readFile('ca', fileURLToPath(import.meta.url)).toString(), /named by an option/)
  assert.throws(
    () => readFile('ca', '/no/such/file'),
    (error) => error instanceof UsageError && error.message.startsWith('option --ca: ENOENT'),
  )
})

test('what is no certificate, or has another key, is the user’s error', () => {
  checkTls('options', { cert: Buffer.from(localhost.cert), key: Buffer.from(localhost.key) })
  assert.throws(
    () => checkTls('options --a', { cert: Buffer.from('x') }),
    (error) => error instanceof UsageError && /^options --a: .*PEM/.test(error.message),
  )
  assert.throws(() => checkTls('options', { cert: Buffer.from(localhost.cert), key: Buffer.from(elsewhere.key) }), UsageError)
})
