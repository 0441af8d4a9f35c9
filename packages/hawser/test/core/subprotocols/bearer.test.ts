import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BEARER_PREFIX, bearerName, readBearer } from '../../../src/core/subprotocols/index.ts'

test('a bearer credential smuggled in as a subprotocol is read, decoded', () => {
  const name = `${BEARER_PREFIX}${Buffer.from('abc.def-123').toString('base64url')}`
  assert.equal(readBearer(['chat.v2', name]), 'abc.def-123')
  assert.equal(readBearer(['chat.v2']), undefined)
})

test('a plain credential is read under the application’s own prefix', () => {
  assert.equal(readBearer(['access_token.eyJ.x.y', 'chat'], { prefix: 'access_token.', encoding: 'plain' }), 'eyJ.x.y')
})

test('two credentials, an empty, a malformed or a non-ASCII one give none', () => {
  const name = (token: string | Uint8Array) => BEARER_PREFIX + Buffer.from(token).toString('base64url')
  assert.equal(readBearer([name('a'), name('b')]), undefined)
  assert.equal(readBearer([BEARER_PREFIX]), undefined)
  assert.equal(readBearer([`${BEARER_PREFIX}a`]), undefined)
  assert.equal(readBearer([`${BEARER_PREFIX}a+b/`]), undefined)
  assert.equal(readBearer([`${BEARER_PREFIX}YR`]), undefined, 'leftover bits')
  assert.equal(readBearer([name('a\r\nX: 1')]), undefined)
  assert.equal(readBearer([name('é')]), undefined)
})

test('bearerName and readBearer are inverse, and the name is a token', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\x21-\x7e]{1,60}$/), (token) => {
      const name = bearerName(token)
      assert.match(name, /^[!#$%&'*+\-.^_`|~\w]+$/)
      assert.equal(readBearer(['x', name]), token)
      assert.equal(name, BEARER_PREFIX + Buffer.from(token).toString('base64url'))
    }),
  )
})

test('a credential that cannot be carried is refused without being shown', () => {
  for (const run of [() => bearerName('sécret'), () => bearerName(''), () => bearerName('se,cret', { encoding: 'plain' })]) {
    assert.throws(run, (error: unknown) => error instanceof RangeError && !/cret/.test(error.message))
  }
})
