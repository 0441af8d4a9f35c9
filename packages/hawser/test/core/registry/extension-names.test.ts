import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXTENSIONS, findExtension, HEADER_BITS } from '../../../src/core/registry/extension-names.ts'
import type { ExtensionName } from '../../../src/core/registry/extension-names.ts'

test('registered extensions are found, names of object properties are not [RFC 6455 §11.4]', () => {
  assert.equal(findExtension('permessage-deflate')?.reference, 'RFC 7692')
  assert.equal(EXTENSIONS.length, 2)
  for (const name of ['x-other', 'constructor', '__proto__']) assert.equal(findExtension(name), undefined)
})

test('RSV1 is the only registered header bit [RFC 7692 §11.2]', () => {
  assert.deepEqual(
    HEADER_BITS.map(({ bit }) => bit),
    ['RSV1'],
  )
})

test('any token is an extension name for the compiler', () => {
  const names: ExtensionName[] = ['permessage-deflate', 'x-mine']
  assert.equal(names.length, 2)
})
