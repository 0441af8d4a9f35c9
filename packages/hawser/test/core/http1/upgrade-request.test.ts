import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { generateKey } from '../../../src/core/handshake/accept-key.ts'
import { buildUpgradeRequest } from '../../../src/core/http1/upgrade-request.ts'
import { random } from '../platform.ts'
import { open, parseRequest, statusOf } from './exchange.ts'

const options = { target: '/chat?x=1', authority: 'h:8080', key: 'dGhlIHNhbXBsZSBub25jZQ==' }

test('the request line and each handshake field once, in order [C2.1, C2.2, RC7, RC8, RC9, RC10, RC13, RFC 6455 §4.1]', () => {
  const raw = buildUpgradeRequest({
    ...options,
    subprotocols: ['b', 'a'],
    extensions: [
      {
        name: 'x',
        parameters: [
          ['p', true],
          ['q', '8'],
        ],
      },
    ],
    origin: 'https://app.example',
    headers: [['Cookie', 'a=b']],
  })
  assert.equal(
    raw,
    'GET /chat?x=1 HTTP/1.1\r\nHost: h:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: b, a\r\nSec-WebSocket-Extensions: x; p; q=8\r\nOrigin: https://app.example\r\nCookie: a=b\r\n\r\n',
  )
})

test('subprotocols are sent in their order, also names that differ only in case; none sends no field [C2.5, RC14, C1.17, C1.19]', () => {
  assert.match(buildUpgradeRequest({ ...options, subprotocols: ['b', 'a', 'A'] }), /\r\nSec-WebSocket-Protocol: b, a, A\r\n/)
  assert.doesNotMatch(buildUpgradeRequest({ ...options, subprotocols: [], extensions: [] }), /Protocol|Extensions/)
})

test('subprotocols that are not tokens, and repeated ones, are refused [C1.16, C1.18, RFC 6455 §4.1]', () => {
  for (const names of [['a', 'a'], [''], ['a b'], ['a,b'], ['a/b'], ['\u00e4'], ['a\0'], ['a\r\nX: y']]) {
    assert.throws(() => buildUpgradeRequest({ ...options, subprotocols: names }), OptionError, names.join())
  }
})

test('the request has no content, no Content-Length and no Transfer-Encoding, and nothing follows the head [C2.8, RC16, RFC 9931]', () => {
  const raw = buildUpgradeRequest(options)
  const result = parseRequest(raw)
  assert.ok(result.kind === 'head')
  assert.equal(result.consumed, raw.length)
  assert.equal(result.head.fields.has('content-length') || result.head.fields.has('transfer-encoding'), false)
})

test('fields that the handshake owns are refused from the caller [C1.24, RFC 6455 §11.3]', () => {
  for (const name of [
    'Host',
    'Upgrade',
    'Connection',
    'sec-websocket-key',
    'Sec-WebSocket-Version',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'Origin',
    'Content-Length',
    'Transfer-Encoding',
    'Expect',
  ]) {
    assert.throws(
      () => buildUpgradeRequest({ ...options, headers: { [name]: 'x' } }),
      (error) => error instanceof OptionError && error.option === `headers['${name}']`,
    )
  }
})

test('CR, LF and NUL in any option throw and never reach the wire [C1.25, RFC 9110 §5.5]', () => {
  for (const bad of ['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b']) {
    for (const wrong of [
      { target: `/${bad}` },
      { authority: bad },
      { key: bad },
      { origin: bad },
      { headers: { A: bad } },
      { headers: [[bad, 'a']] as [string, string][] },
    ]) {
      assert.throws(() => buildUpgradeRequest({ ...options, ...wrong }), OptionError, JSON.stringify(wrong))
    }
    assert.throws(
      () => buildUpgradeRequest({ ...options, headers: { Authorization: bad } }),
      (error) => !(error as Error).message.includes(bad),
    )
  }
})

test('a target that is not a path, has a fragment or raw characters is refused [RC1, RC8, RFC 6455 §3]', () => {
  for (const target of ['', 'chat', '/a#b', '/a b', '/\u00e4', 'http://h/'])
    assert.throws(() => buildUpgradeRequest({ ...options, target }), OptionError, target)
  assert.match(buildUpgradeRequest({ ...options, target: '/a%23b' }), /^GET \/a%23b HTTP/)
})

test("the server accepts the client's request [RS2]", () => {
  assert.equal(statusOf(buildUpgradeRequest({ ...options, key: generateKey(random), subprotocols: ['a', 'b'], origin: 'null' })), 101)
  const outcome = open(buildUpgradeRequest({ ...options, extensions: [{ name: 'a', parameters: [['b', 'c']] }] }))
  assert.ok(outcome.ok)
  assert.deepEqual(outcome.value.extensions, [{ name: 'a', parameters: [['b', 'c']] }])
})
