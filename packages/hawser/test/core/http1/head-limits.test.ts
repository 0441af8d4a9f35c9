import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_HEAD_LIMITS } from '../../../src/core/http1/head-limits.ts'
import { parseRequest, requestText } from './exchange.ts'

test('the default limits let a request line of 8000 bytes and a browser with large cookies through [H14, RFC 9112 §3]', () => {
  assert.ok(DEFAULT_HEAD_LIMITS.startLine >= 8000)
  const raw = requestText({ Cookie: ['a', 'b', 'c'].map((name) => `${name}=${'x'.repeat(4090)}`) }, `GET /${'a'.repeat(7980)} HTTP/1.1`)
  assert.equal(parseRequest(raw).kind, 'head')
})
