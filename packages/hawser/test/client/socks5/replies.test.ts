import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replyOf } from '../../../src/client/socks5/replies.ts'

test('every reply code has its own words and its own hint [RFC 1928 §6]', () => {
  const codes = [1, 2, 3, 4, 5, 6, 7, 8, 9]
  assert.equal(new Set(codes.map((code) => replyOf(code).text)).size, codes.length)
  assert.equal(new Set(codes.map((code) => replyOf(code).hint('h:1'))).size, codes.length)
})

test('only a reply about the address leads to the next address [RFC 1928 §6]', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 255].filter((code) => replyOf(code).isOfAddress),
    [3, 4, 5, 6, 8],
  )
})
