import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UsageError } from '../../src/cli/usage-error.ts'
import { checkTls, readFile } from '../../src/cli/read-file.ts'
import { untrustedCertificate } from '../../src/untrusted-certificate.ts'

test('reads the file an option names, and a file that cannot be read is a usage error', () => {
  assert.match(readFile('tls-cert', fileURLToPath(import.meta.url)).toString(), /reads the file an option names/)
  assert.throws(
    () => readFile('tls-cert', '/no/such/file'),
    (error) => error instanceof UsageError && error.message.startsWith('option --tls-cert: ENOENT'),
  )
})

test('refuses a certificate that is none, and a key that is not its own', () => {
  const [cert, key] = [Buffer.from(untrustedCertificate.cert), Buffer.from(untrustedCertificate.key)]
  checkTls('options', { cert, key })
  assert.throws(
    () => checkTls('options --a', { cert: Buffer.from('x'), key }),
    (error) => error instanceof UsageError && /^options --a: .*PEM/.test(error.message),
  )
})
