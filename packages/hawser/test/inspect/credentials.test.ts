import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withholdCredentials, withholdFromTarget } from '../../src/inspect/credentials.ts'

test('withholds the values of fields that carry credentials, and keeps every other byte', () => {
  const head = (secret: (value: string) => string, path: string): string =>
    [
      `GET ${path} HTTP/1.1`,
      'Host: h',
      `authorization:  ${secret('Bearer abc')}`,
      `Cookie: ${secret('a=b; c=d')}`,
      `X-Api-Key: ${secret('1')}`,
      `Sec-WebSocket-Protocol: chat, ${secret('base64url.bearer.authorization.k8s.io.YWJj')}`,
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'no colon',
      '',
      '',
    ].join('\r\n')
  assert.equal(
    withholdCredentials(head((value) => value, '/a?token=abc&room=1')),
    head(() => '(withheld)', '/a?token=(withheld)&room=1'),
  )
})

test('withholds them over HTTP/2 too', () => {
  assert.equal(
    withholdCredentials(':method: CONNECT\r\n:path: /?access_token=abc\r\ncookie: a=b\r\n\r\n'),
    ':method: CONNECT\r\n:path: /?access_token=(withheld)\r\ncookie: (withheld)\r\n\r\n',
  )
})

test('withholds parameters of a target by their names, encoded names too, and userinfo', () => {
  for (const name of ['token', 'access_token', 'accessToken', 'jwt', 'api-key', 'apikey', 'password', 'sid', 'to%6ben', 'X-Amz-Signature', 'code']) {
    assert.equal(withholdFromTarget(`/p?a=1&${name}=abc#x`), `/p?a=1&${name}=(withheld)#x`)
  }
  assert.equal(withholdFromTarget('/p?room=1&monkey=2&tokens=3'), '/p?room=1&monkey=2&tokens=3')
  assert.equal(withholdFromTarget('wss://ada:secret@h/p'), 'wss://h/p')
})

test('takes linear time for a target of nothing but question marks, and for names without values', () => {
  for (const target of ['?'.repeat(2_000_000), '/p?a'.repeat(500_000), '&;'.repeat(1_000_000), '//'.repeat(1_000_000), '_'.repeat(2_000_000)]) {
    assert.equal(withholdFromTarget(target), target)
  }
  assert.equal(withholdFromTarget('/p?a?token=abc'), '/p?a?token=(withheld)')
})
