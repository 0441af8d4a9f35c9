import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { checkOrigin, createOriginPolicy, normalizeOrigin } from '../../../src/core/handshake/origin.ts'
import type { OriginRequest } from '../../../src/core/handshake/origin.ts'
import { growth, LINEAR } from '../growth.ts'

const request = (authority: string): OriginRequest => ({ authority, path: '/', fields: new Fields() })

test('scheme, host and port make an origin; case and default ports do not [RFC 6454 §6.2, RS6]', () => {
  assert.equal(normalizeOrigin('HTTPS://Example.COM:443'), 'https://example.com')
  assert.equal(normalizeOrigin('http://[::1]:8080'), 'http://[::1]:8080')
  assert.equal(normalizeOrigin('http://h:443'), 'http://h:443')
  assert.equal(normalizeOrigin('chrome-extension://abcdef'), 'chrome-extension://abcdef')
  assert.equal(normalizeOrigin('file://'), 'file://')
  assert.equal(normalizeOrigin('null'), 'null')
  for (const text of [
    '',
    'h',
    'http:/h',
    '://h',
    'http://h/',
    'http://h/x',
    'http://u@h',
    'http://h:',
    'http://h:x',
    'http://h?q',
    '1http://h',
    'http://a b',
    'NULL',
  ]) {
    assert.equal(normalizeOrigin(text), undefined, text)
  }
})

test('by default only the same origin may connect, another scheme or port is another origin [RFC 6455 §10.2, RS6]', () => {
  const policy = createOriginPolicy(undefined)
  const check = (origin: string, authority: string, secure = false): string => checkOrigin(origin, request(authority), secure, policy)
  assert.equal(check('http://h', 'h'), 'allowed')
  assert.equal(check('http://h', 'h:80'), 'allowed')
  assert.equal(check('http://h:80', 'h'), 'allowed')
  assert.equal(check('https://h', 'h:443', true), 'allowed')
  assert.equal(check('https://h', 'h'), 'foreign')
  assert.equal(check('http://h', 'h', true), 'foreign')
  assert.equal(check('http://h', 'h:8080'), 'foreign')
  assert.equal(check('null', 'h'), 'foreign')
  assert.equal(check('http://h.evil', 'h'), 'foreign')
  assert.equal(check('garbage', 'h'), 'malformed')
})

test('listed origins may connect beside the same one; a list of origins needs all of them [RFC 6454 §7.1, RS6]', () => {
  const policy = createOriginPolicy(['https://App.example:443', 'null', 'capacitor://localhost'])
  for (const origin of ['https://app.example', 'null', 'capacitor://localhost', 'http://h', 'http://h https://app.example'])
    assert.equal(checkOrigin(origin, request('h'), false, policy), 'allowed', origin)
  for (const origin of ['http://app.example', 'https://app.example:444', 'https://app.example http://evil'])
    assert.equal(checkOrigin(origin, request('h'), false, policy), 'foreign', origin)
  assert.equal(checkOrigin('http://h  http://h', request('h'), false, policy), 'malformed')
})

test('the check can be turned off by name only [RS6]', () => {
  assert.equal(checkOrigin('http://anything', request('h'), false, createOriginPolicy('any')), 'allowed')
  assert.throws(() => createOriginPolicy(['*']), OptionError)
})

test('a wrong allowed origin fails at once with its place', () => {
  for (const wrong of [
    'app.example',
    'https://app.example/',
    '',
    'https://*.example/x',
    'wss://app.example',
    'https://*',
    'https://a.*.example',
    'https://*app.example',
    'https://*.example:8080:*',
    '*://app.example',
  ]) {
    assert.throws(
      () => createOriginPolicy(['http://ok', wrong]),
      (error) => error instanceof OptionError && error.option === 'origins[1]',
      wrong,
    )
  }
  assert.throws(() => createOriginPolicy('https://app.example' as never), OptionError)
})

test('64 KB of Origin takes linear time (RS14)', () => {
  const policy = createOriginPolicy(undefined)
  for (const piece of ['a', ' ', 'http://a ', '://', ':'])
    assert.ok(growth((size) => void checkOrigin(piece.repeat(size / piece.length), request('h'), false, policy)) < LINEAR, piece)
})

test('a pattern allows the subdomains of a domain, or any port, and nothing that only looks alike [RS6, RFC 6455 §10.2]', () => {
  const policy = createOriginPolicy(['https://*.Example.com', 'http://localhost:*', 'http://*.dev.test:8080', 'http://[::1]:*'])
  const verdict = (origin: string): string => checkOrigin(origin, request('h'), false, policy)
  for (const origin of [
    'https://a.example.com',
    'https://a.b.example.com',
    'http://localhost',
    'http://localhost:3000',
    'http://x.dev.test:8080',
    'http://[::1]:5',
  ])
    assert.equal(verdict(origin), 'allowed', origin)
  for (const origin of [
    'https://example.com',
    'https://.example.com',
    'http://a.example.com',
    'https://a.example.com:8443',
    'https://evilexample.com',
    'https://a.example.com.evil.test',
    'http://localhost.evil.test',
    'https://localhost',
    'http://x.dev.test',
  ])
    assert.notEqual(verdict(origin), 'allowed', origin)
})

test('a function decides about each cross-origin request, normalized; if it fails, the origin is refused [RS6]', () => {
  const asked: string[] = []
  const policy = createOriginPolicy((origin, { authority, path }) => {
    asked.push(`${origin} ${authority}${path}`)
    return origin === 'https://yes.example'
  })
  const verdict = (origin: string): string => checkOrigin(origin, request('h'), false, policy)
  assert.equal(verdict('http://h'), 'allowed')
  assert.equal(verdict('HTTPS://Yes.example:443'), 'allowed')
  assert.equal(verdict('https://no.example'), 'foreign')
  assert.equal(verdict('https://yes.example https://no.example'), 'foreign')
  assert.equal(verdict('garbage'), 'malformed')
  assert.deepEqual(asked.slice(0, 2), ['https://yes.example h/', 'https://no.example h/'])
  assert.equal(checkOrigin('https://a', request('h'), false, { ...policy, decide: () => undefined }), 'failed')
})
