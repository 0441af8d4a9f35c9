import assert from 'node:assert/strict'
import { sensitiveHeaders } from 'node:http2'
import { test } from 'node:test'
import { toNodeHeaders } from '../../../src/runtime/node/http2-headers.ts'

test('Set-Cookie keeps its lines, Cookie is joined with "; ", a list with ", ", and a single value stays single [RFC 9113 §8.2.3, RFC 9110 §5.3]', () => {
  const headers = toNodeHeaders([
    [':status', '200'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['cookie', 'c=3'],
    ['Cookie', 'd=4'],
    ['vary', 'origin'],
    ['vary', 'cookie'],
    ['location', '/one'],
    ['location', '/two'],
  ])
  assert.deepEqual({ ...headers }, {
    ':status': '200',
    'set-cookie': ['a=1', 'b=2'],
    cookie: 'c=3; d=4',
    vary: 'origin, cookie',
    location: '/one',
    [sensitiveHeaders]: ['set-cookie', 'cookie'],
  } as object)
})

test('a name that every object has is a field like any other', () => {
  const headers = toNodeHeaders([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
  assert.deepEqual(Object.keys(headers), ['__proto__', 'constructor'])
})
