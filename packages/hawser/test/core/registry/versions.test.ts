import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findVersion, VERSIONS } from '../../../src/core/registry/versions.ts'

test('13 is the one standard version, compared as text [RS7, RFC 6455 §11.6]', () => {
  assert.deepEqual(
    VERSIONS.filter(({ status }) => status === 'standard').map(({ version }) => version),
    [13],
  )
  assert.equal(findVersion('13')?.reference, 'RFC 6455')
  assert.equal(findVersion('8')?.status, 'interim')
  assert.equal(findVersion('12')?.status, 'reserved')
  for (const value of ['013', '0xD', '13.0', '14', '', 'constructor']) assert.equal(findVersion(value), undefined, value)
  assert.equal(VERSIONS.length, 14)
})
