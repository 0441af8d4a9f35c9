import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { sha1Base64 } from '../../src/testing/sha1.ts'

test('SHA-1 in plain JavaScript agrees with the platform for every length of the padding [RFC 3174 section 4]', () => {
  for (let length = 0; length < 200; length++) {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(5).slice(0, length)
    assert.equal(sha1Base64(text), createHash('sha1').update(text, 'latin1').digest('base64'), `${length} characters`)
  }
})

test('the sample nonce has the sample answer [RFC 6455 section 1.3]', () => {
  assert.equal(sha1Base64('dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11'), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})
