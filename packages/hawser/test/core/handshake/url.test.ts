import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readServerAddress } from '../../../src/core/handshake/url.ts'
import type { ServerAddress } from '../../../src/core/handshake/url.ts'

function address(text: string): ServerAddress {
  const result = readServerAddress(new URL(text))
  assert.ok(result.ok, text)
  return result.value
}

const cases: [id: string, url: string, target: string, authority: string][] = [
  ['C1.1', 'ws://h/chat', '/chat', 'h'],
  ['C1.2', 'ws://h', '/', 'h'],
  ['C1.3', 'ws://h?x=1', '/?x=1', 'h'],
  ['C1.4', 'ws://h:80/', '/', 'h'],
  ['C1.4', 'wss://h:443/', '/', 'h'],
  ['C1.5', 'ws://h:8080/', '/', 'h:8080'],
  ['C1.6', 'ws://[::1]:8080/', '/', '[::1]:8080'],
  ['C1.12', 'ws://h/a%23b', '/a%23b', 'h'],
  ['C1.13', 'ws://h/a b', '/a%20b', 'h'],
  ['C1.14', 'ws://user:pw@h/', '/', 'h'],
  ['C1.15', 'ws://b\u00fccher.example/', '/', 'xn--bcher-kva.example'],
]
for (const [id, url, target, authority] of cases) {
  test(`${id} ${url} asks for ${target} at Host ${authority} [RFC 6455 §3, §4.1]`, () => {
    const value = address(url)
    assert.deepEqual([value.target, value.authority], [target, authority])
    assert.equal(value.url, `${url.startsWith('wss') ? 'wss' : 'ws'}://${authority}${target}`)
  })
}

test('http and https mean ws and wss, with their default ports [C1.7, WHATWG WebSockets]', () => {
  assert.deepEqual([address('http://h/').url, address('http://h/').port, address('http://h/').secure], ['ws://h/', 80, false])
  assert.deepEqual([address('https://h/').url, address('https://h/').port, address('https://h/').secure], ['wss://h/', 443, true])
  assert.equal(address('wss://h:8443/').port, 8443)
})

test('an IPv6 host loses its brackets for DNS and SNI only [C1.6]', () => {
  assert.equal(address('ws://[::1]:8080/').hostname, '::1')
})

test('other schemes are refused [RFC 6455 §4.1, C1.10, RC2]', () => {
  for (const text of ['ftp://h/', 'mailto:a@b', 'about:blank', 'file:///x', 'javascript:1']) {
    const result = readServerAddress(new URL(text))
    assert.ok(!result.ok)
    assert.equal(result.rule.id, 'RC2', text)
  }
})

test('a fragment is refused, an empty one too [RFC 6455 §3, C1.11, RC1]', () => {
  for (const text of ['ws://h/#', 'ws://h/#a', 'http://h/x?y#']) {
    const result = readServerAddress(new URL(text))
    assert.ok(!result.ok)
    assert.equal(result.rule.id, 'RC1', text)
  }
})

test('userinfo is handed on apart, never in Host, target or url [C1.14]', () => {
  const value = address('wss://us%20er:p%40w@h/x')
  assert.deepEqual(value.credentials, { username: 'us%20er', password: 'p%40w' })
  assert.doesNotMatch(`${value.authority}${value.target}${value.url}`, /@|us%20er/)
  assert.equal(address('ws://h/').credentials, undefined)
})
