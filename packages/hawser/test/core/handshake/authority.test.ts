import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { normalizeAuthority, parseAuthority, serializeAuthority } from '../../../src/core/handshake/authority.ts'
import { growth, LINEAR } from '../growth.ts'

test('host and port are taken apart, the host in lower case [RFC 9110 §7.2, H7]', () => {
  const cases: [string, string, number | undefined][] = [
    ['H', 'h', undefined],
    ['h:80', 'h', 80],
    ['h:', 'h', undefined],
    ['[::1]', '[::1]', undefined],
    ['[2001:DB8::1]:8080', '[2001:db8::1]', 8080],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['a%20b', 'a%20b', undefined],
    ["a-._~!$&'()*+,;=b", "a-._~!$&'()*+,;=b", undefined],
    ['h:00080', 'h', 80],
  ]
  for (const [text, host, port] of cases) {
    assert.deepEqual(parseAuthority(text), { host, port }, text)
    assert.equal(normalizeAuthority(text), serializeAuthority({ host, port }), text)
  }
  for (const text of ['h', 'a.b-c:1', '127.0.0.1:65535']) assert.equal(normalizeAuthority(text), text)
  assert.equal(serializeAuthority({ host: '[::1]', port: 81 }), '[::1]:81')
})

test('userinfo, spaces, an empty host, bad ports and broken literals are not an authority [RFC 9112 §3.2, H7]', () => {
  for (const text of [
    '',
    ':80',
    'u@h',
    'h/',
    'h?',
    'h#',
    'a b',
    'h:-1',
    'h:65536',
    'h:8x',
    'h:80:1',
    '[',
    '[]',
    '[::1',
    '::1',
    '[::1]x',
    '[::1]:x',
    '[1.2.3.4]',
    'a%2',
    'a%zz',
    'a\\b',
    '\xe4',
    'h:' + '9'.repeat(1000),
  ]) {
    assert.equal(parseAuthority(text), undefined, text)
    assert.equal(normalizeAuthority(text), undefined, text)
  }
})

test('IPv6 literals are accepted exactly where the platform accepts them [RFC 3986 §3.2.2, H7]', () => {
  const part = fc.constantFrom('0', '1', 'ab', 'ffff', '12345', ':', '::', '', '1.2.3.4', '1.2.3', '256.1.1.1', '01.2.3.4', 'g')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.ipV6(),
        fc.array(part, { maxLength: 10 }).map((parts) => parts.join(':')),
        fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
      ),
      (address) => {
        assert.equal(parseAuthority(`[${address}]`) !== undefined, isIPv6(address), address)
      },
    ),
    { numRuns: 5000 },
  )
})

test('64 KB of an authority takes linear time (RS14)', () => {
  for (const piece of ['a', '%41', ':', '[', '1:', ' ']) {
    const run = (size: number): void => {
      const text = piece.repeat(size / piece.length)
      parseAuthority(text)
      parseAuthority(`[${text}`)
    }
    assert.ok(growth(run) < LINEAR, piece)
  }
})
