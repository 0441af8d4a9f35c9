import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64Url, encodeBase64, encodeBase64Url } from '../../src/core/base64.ts'

test('the test vectors of the standard [RFC 4648 §10]', () => {
  const vectors = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => encodeBase64(Buffer.from(text)))
  assert.deepEqual(vectors, ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'])
})

test('any bytes are encoded as the platform encodes them, and decoded again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString('base64'))
      const url = encodeBase64Url(bytes)
      assert.equal(url, Buffer.from(bytes).toString('base64url'))
      assert.deepEqual(decodeBase64Url(url), bytes)
    }),
  )
})

test('only the canonical encoding for URLs is decoded: no padding, no other alphabet, no leftover bits', () => {
  for (const wrong of ['a', 'aaaaa', 'YQ==', 'a+b/', 'a b', 'YR', 'Zm9', 'é']) assert.equal(decodeBase64Url(wrong), undefined, wrong)
  assert.deepEqual(decodeBase64Url(''), new Uint8Array(0))
})
