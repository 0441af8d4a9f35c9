import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBasic, originOf, parseAddress } from '../../src/client/address.ts'
import { HandshakeError } from '../../src/core/errors.ts'

test('a fragment, an empty one too, is refused at stage url with section 3 [RFC 6455 §3, RC1]', () => {
  for (const url of ['ws://h/#', 'ws://h/#a', 'wss://h/p?q#f']) {
    assert.throws(
      () => parseAddress(url),
      (error: unknown) => {
        assert.ok(error instanceof HandshakeError)
        assert.equal(error.stage, 'url')
        assert.equal(error.fault, 'application')
        assert.equal(error.rule?.id, 'RC1')
        return true
      },
    )
  }
})

test('a value that is not an absolute ws, wss, http or https URL is refused at stage url [RFC 6455 §4.1, RC2]', () => {
  for (const url of ['', 'h/chat', '/chat', '//h/', 'ftp://h/', 'mailto:a@b', 'about:blank', 'ws://', 'ws://h:99999/', 'ws://[::1/', 'ws://a b/']) {
    assert.throws(() => parseAddress(url), { name: 'HandshakeError', stage: 'url' }, url)
  }
})

test('an address without its scheme gets a hint, also where it parses as a URL', () => {
  for (const url of ['localhost:8080', 'app.example:443/chat', '/chat', 'app.example'])
    assert.throws(() => parseAddress(url), { name: 'HandshakeError', hint: 'an absolute URL begins with ws:// or wss://' }, url)
})

test('the URL of a server on a Unix domain socket is refused with a word about socketPath', () => {
  for (const url of ['ws+unix:/run/chat.sock', 'wss+unix:/run/chat.sock']) {
    assert.throws(
      () => parseAddress(url),
      (error: HandshakeError) => error.stage === 'url' && /socketPath/.test(error.hint ?? ''),
    )
  }
})

test('http and https mean ws and wss [C1.7]', () => {
  assert.equal(parseAddress('http://h:8080/a').url, 'ws://h:8080/a')
  assert.equal(parseAddress('https://h/a').url, 'wss://h/a')
  assert.equal(parseAddress('https://h/a').port, 443)
  assert.equal(originOf(parseAddress('https://h:443/a')), 'wss://h')
})

test('a wrong URL is shown without its userinfo', () => {
  assert.throws(
    () => parseAddress('ws://user:secret@h/#f'),
    (error: unknown) => error instanceof Error && !/secret/.test(error.message),
  )
})

test('userinfo is taken out of the URL and makes Basic credentials in UTF-8 [RFC 7617, C1.14]', () => {
  const address = parseAddress('ws://us%C3%A9r:p%3Aw@h/x')
  assert.equal(address.url, 'ws://h/x')
  assert.ok(address.credentials)
  assert.equal(encodeBasic(address.credentials), `Basic ${Buffer.from('usér:p:w').toString('base64')}`)
  assert.equal(encodeBasic({ username: 'a', password: '%zz' }), `Basic ${Buffer.from('a:%zz').toString('base64')}`)
})
