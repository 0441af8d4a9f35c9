import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeLatin1 } from '../../../src/core/http1/latin1.ts'

test('each character up to U+00FF is one octet [RFC 9110 §5.5]', () => {
  const text = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')
  assert.deepEqual(Buffer.from(encodeLatin1(text)), Buffer.from(text, 'latin1'))
})
