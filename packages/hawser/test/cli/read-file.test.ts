import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/cli/command.ts'
import { elsewhere, localhost } from '../certificates/index.ts'
import { checkTls, readFile } from '../../src/cli/read-file.ts'

test('reads a file, and reports one that cannot be read as a usage error', () => {
  assert.match(readFile('ca', fileURLToPath(import.meta.url)).toString(), /named by an option/)
  assert.throws(
    () => readFile('ca', '/no/such/file'),
    (error) => error instanceof UsageError && error.message.startsWith('option --ca: ENOENT'),
  )
})

test('reports an invalid certificate and a key that does not match as usage errors', () => {
  checkTls('options', { cert: Buffer.from(localhost.cert), key: Buffer.from(localhost.key) })
  assert.throws(
    () => checkTls('options --a', { cert: Buffer.from('x') }),
    (error) => error instanceof UsageError && /^options --a: .*PEM/.test(error.message),
  )
  assert.throws(() => checkTls('options', { cert: Buffer.from(localhost.cert), key: Buffer.from(elsewhere.key) }), UsageError)
})
