import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rfc, ruleCitation } from '../../src/inspect/citation.ts'

test('cites a section of an RFC with its address', () => {
  assert.deepEqual(rfc(6455, '4.2.2'), { text: 'RFC 6455 section 4.2.2', href: 'https://www.rfc-editor.org/rfc/rfc6455#section-4.2.2' })
  assert.deepEqual(ruleCitation({ document: 'RFC 6455', section: '4.2.2' }), rfc(6455, '4.2.2'))
})

test('cites another document without an address', () =>
  assert.deepEqual(ruleCitation({ document: 'Fetch standard', section: '2.9' }), { text: 'Fetch standard section 2.9', href: '' }))
