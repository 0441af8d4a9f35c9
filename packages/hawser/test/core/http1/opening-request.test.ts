import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptKey } from '../../../src/core/handshake/accept-key.ts'
import { createOriginPolicy } from '../../../src/core/handshake/origin.ts'
import { agreeOnSubprotocol } from '../../../src/core/handshake/subprotocol.ts'
import { isUpgradeToWebSocket } from '../../../src/core/http1/opening-request.ts'
import { serializeRefusal } from '../../../src/core/http1/refusal.ts'
import { platform } from '../platform.ts'
import { anyOrigin, open, parseRequest, requestText, sameOrigin, statusOf } from './exchange.ts'
import type { Refusal } from '../../../src/core/handshake/server-handshake.ts'

function refusalOf(raw: string, policy = anyOrigin): Refusal {
  const outcome = open(raw, policy)
  assert.ok(!outcome.ok, 'the request was accepted')
  return outcome.refusal
}

function isUpgrade(raw: string): boolean {
  const result = parseRequest(raw)
  assert.equal(result.kind, 'head')
  return result.kind === 'head' && isUpgradeToWebSocket(result.head)
}

for (const [how, lines] of [
  ['one field', 'soap, wamp'],
  ['two fields', ['soap', 'wamp']],
] as const) {
  test(`the standard example with subprotocols in ${how} gives its accept value and soap [RS2, RS9, RS11, RFC 6455 §1.3]`, () => {
    const outcome = open(requestText({ 'Sec-WebSocket-Protocol': lines }))
    assert.ok(outcome.ok)
    assert.deepEqual(outcome.value.subprotocols, ['soap', 'wamp'])
    assert.equal(acceptKey(outcome.value.key!, platform().sha1Base64), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    assert.deepEqual(agreeOnSubprotocol(outcome.value.subprotocols, ['wamp', 'soap'], 'accept'), { ok: true, value: 'soap' })
  })
}

test('a parsed request has the values that were sent [RS2]', () => {
  const outcome = open(requestText({ Origin: 'http://example.com', 'Sec-WebSocket-Extensions': 'a; b="c", d' }, 'GET /a/b?c=d HTTP/1.1'))
  assert.ok(outcome.ok)
  const { fields, target, ...rest } = outcome.value
  assert.deepEqual(rest, {
    method: 'GET',
    httpVersion: '1.1',
    authority: 'server.example.com',
    origin: 'http://example.com',
    secure: false,
    forwardedAddress: undefined,
    subprotocols: [],
    extensions: [
      { name: 'a', parameters: [['b', 'c']] },
      { name: 'd', parameters: [] },
    ],
    key: 'dGhlIHNhbXBsZSBub25jZQ==',
    version: '13',
  })
  assert.deepEqual(target, { raw: '/a/b?c=d', path: '/a/b', query: 'c=d', scheme: undefined, authority: undefined })
  assert.equal(fields.size, 7)
})

test('a method other than GET is answered 405 with Allow [RS2, H5, RFC 9110 §15.5.6]', () => {
  for (const method of ['POST', 'HEAD', 'OPTIONS', 'PUT', 'CONNECT', 'get', 'constructor']) {
    const refusal = refusalOf(requestText({}, `${method} /chat HTTP/1.1`))
    assert.equal(refusal.status, 405, method)
    assert.deepEqual(refusal.fields, [['Allow', 'GET']])
  }
})

test('HTTP/1.0 is refused and its Upgrade is ignored [RS2, H1, RFC 9110 §7.8]', () => {
  const raw = requestText({}, 'GET /chat HTTP/1.0')
  assert.equal(statusOf(raw), 400)
  assert.equal(isUpgrade(raw), false)
  assert.equal(statusOf(requestText({}, 'GET /chat HTTP/1.2')), 101)
})

test('the request target is a path or an absolute http or https URI [RS2]', () => {
  for (const target of ['/', '/chat?x=1', '//x', 'http://server.example.com/chat', 'HTTPS://server.example.com', 'http://h:8080?x']) {
    assert.equal(statusOf(requestText({}, `GET ${target} HTTP/1.1`)), 101, target)
  }
  for (const target of [
    '*',
    'server.example.com:80',
    'chat',
    'ftp://h/',
    'ws://h/',
    'http://',
    'http:///x',
    'http://u@h/',
    '/chat#part',
    '/caf\xe9',
    'http://h:99999/',
  ]) {
    assert.equal(statusOf(requestText({}, `GET ${target} HTTP/1.1`)), 400, target)
  }
})

test('an absolute-form target overrides Host [H7, RFC 9112 §3.2.2]', () => {
  const outcome = open(requestText({ Host: 'one.example' }, 'GET http://Two.example:8080/x HTTP/1.1'))
  assert.ok(outcome.ok)
  assert.equal(outcome.value.authority, 'two.example:8080')
  assert.equal(outcome.value.target.path, '/x')
  const policy = { origins: createOriginPolicy(undefined), secure: false }
  assert.equal(statusOf(requestText({ Host: 'one.example', Origin: 'http://one.example' }, 'GET http://two.example/ HTTP/1.1'), policy), 403)
})

test('Host missing, twice or invalid is answered 400 [H7, RFC 9112 §3.2]', () => {
  for (const host of [
    undefined,
    ['a', 'a'],
    ['a', 'b'],
    '',
    'a b',
    'a/b',
    'u@h',
    'h:x',
    'h:65536',
    '[::1',
    '[::g]',
    'a,b c',
    'h:80:80',
    '[1:2:3]',
    'caf\xe9',
  ]) {
    const refusal = refusalOf(requestText({ Host: host }))
    assert.equal(refusal.status, 400, String(host))
    assert.equal(refusal.rule?.id, 'H7')
    assert.equal(refusal.close, true)
  }
  for (const host of [
    'h',
    'H:80',
    '[::1]',
    '[::1]:8080',
    '[2001:db8::1:0:0:1]',
    '127.0.0.1:1',
    'h:',
    'xn--nxasmq6b',
    'a_b',
    '[::ffff:127.0.0.1]:9',
  ]) {
    assert.equal(statusOf(requestText({ Host: host })), 101, host)
  }
})

test('Upgrade is a list compared without case [RS2, H1, RFC 9110 §7.8]', () => {
  for (const upgrade of [
    'websocket',
    'WebSocket',
    'WEBSOCKET',
    'h2c, websocket',
    'websocket, h2c',
    ', websocket,',
    'foo/2, websocket',
    ['foo', 'websocket'],
  ]) {
    assert.equal(statusOf(requestText({ Upgrade: upgrade })), 101, String(upgrade))
    assert.equal(isUpgrade(requestText({ Upgrade: upgrade })), true)
  }
  for (const upgrade of ['h2c', 'websockets', 'web socket', 'websocket/13', 'websocket; x', '', '"websocket"']) {
    assert.notEqual(statusOf(requestText({ Upgrade: upgrade })), 101, upgrade)
  }
  assert.equal(refusalOf(requestText({ Upgrade: 'websocket/13' })).status, 400)
  assert.equal(refusalOf(requestText({ Upgrade: 'h2c' })).status, 426)
})

test('a plain request is distinguished from a broken opening handshake', () => {
  assert.equal(isUpgrade('GET / HTTP/1.1\r\nHost: h\r\n\r\n'), false)
  assert.equal(isUpgrade('GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n\r\n'), false)
  assert.equal(isUpgrade('POST / HTTP/1.1\r\nHost: h\r\nUpgrade: WebSocket\r\n\r\n'), true)
  assert.equal(isUpgrade('GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket;\r\n\r\n'), true)
})

test('Connection is a list compared without case that contains Upgrade [RS2]', () => {
  for (const connection of ['Upgrade', 'upgrade', 'keep-alive, Upgrade', 'UPGRADE,keep-alive', ['keep-alive', 'upgrade'], ',,Upgrade']) {
    assert.equal(statusOf(requestText({ Connection: connection })), 101, String(connection))
  }
  for (const connection of [undefined, 'keep-alive', 'upgraded', 'up grade', '', '"upgrade"']) {
    assert.equal(statusOf(requestText({ Connection: connection })), 400, String(connection))
  }
})

test('a reasonable number of empty list elements is accepted, not any number [H6, RFC 9110 §5.6.1.2]', () => {
  const outcome = open(requestText({ 'Sec-WebSocket-Protocol': 'chat,,superchat , ', Connection: `${','.repeat(20)}Upgrade` }))
  assert.ok(outcome.ok)
  assert.deepEqual(outcome.value.subprotocols, ['chat', 'superchat'])
  assert.equal(statusOf(requestText({ Connection: `${','.repeat(5000)}Upgrade` })), 400)
})

test('a request must have exactly one key, which decodes to 16 bytes [RS2, RFC 6455 §4.2.1, §11.3.1]', () => {
  assert.equal(statusOf(requestText({ 'Sec-WebSocket-Key': 'AQIDBAUGBwgJCgsMDQ4PEC==' })), 101)
  for (const key of [
    undefined,
    '',
    'a',
    'dGhlIHNhbXBsZSBub25jZQ',
    'dGhlIHNhbXBsZSBub25jZQ=',
    'dGhlIHNhbXBsZSBub25jZQ=A',
    'dGhlIHNhbXBsZSBub25jZTE=',
    '-_hlIHNhbXBsZSBub25jZQ==',
    'dGhlIHNhbXBs ZSBub25jZQ==',
    'dGhlIHNhbXBsZSBub25jZQ==, x',
    ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ]) {
    assert.equal(statusOf(requestText({ 'Sec-WebSocket-Key': key })), 400, String(key))
  }
})

test('the same key twice in a row is accepted twice [S12.13]', () => {
  assert.equal(statusOf(requestText()), 101)
  assert.equal(statusOf(requestText()), 101)
})

test('any version but the decimal number 13 is answered 426 with the list of supported versions [RS7, H3, S12.10, RFC 6455 §4.2.2]', () => {
  for (const version of [
    undefined,
    '',
    '12',
    '14',
    '8',
    '0',
    '013',
    '13.0',
    '1.3e1',
    '0xD',
    '+13',
    '13a',
    '13, 8',
    '13 13',
    '-13',
    '\xb9\xb3',
    '25',
  ]) {
    const refusal = refusalOf(requestText({ 'Sec-WebSocket-Version': version }))
    assert.equal(refusal.status, 426, String(version))
    assert.deepEqual(refusal.fields, [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Version', '13'],
    ])
  }
})

test('the drafts before RFC 6455, and with them their lengths without end, are off [RS7, CVE-2026-54466]', () => {
  const draft76 = { 'Sec-WebSocket-Key': undefined, 'Sec-WebSocket-Version': undefined, 'Sec-WebSocket-Key1': '18x 6]8vM;54 *(5:  {   U1]8  z [  8' }
  assert.equal(statusOf(requestText(draft76)), 426)
  assert.equal(statusOf(requestText({ 'Sec-WebSocket-Version': '0' })), 426)
  assert.equal(statusOf(requestText({ 'Sec-WebSocket-Version': '8' })), 426)
})

test('Sec-WebSocket-Version twice is answered 400 and still names the version [RS7, RFC 6455 §11.3.5]', () => {
  const refusal = refusalOf(requestText({ 'Sec-WebSocket-Version': ['13', '13'] }))
  assert.equal(refusal.status, 400)
  assert.deepEqual(refusal.fields, [['Sec-WebSocket-Version', '13']])
})

test('each advertised version is accepted [S12.11]', () => {
  const refusal = refusalOf(requestText({ 'Sec-WebSocket-Version': '7' }))
  const advertised = refusal.fields.find(([name]) => name === 'Sec-WebSocket-Version')![1].split(',')
  for (const version of advertised) assert.equal(statusOf(requestText({ 'Sec-WebSocket-Version': version.trim() })), 101)
})

test('Transfer-Encoding with Content-Length, a bad Content-Length or Transfer-Encoding is answered 400 and closes [H9, RFC 9112 §6.1, §6.3]', () => {
  for (const changes of [
    { 'Transfer-Encoding': 'chunked', 'Content-Length': '0' },
    { 'Content-Length': 'x' },
    { 'Content-Length': '-1' },
    { 'Content-Length': '+0' },
    { 'Content-Length': '0x0' },
    { 'Content-Length': '' },
    { 'Content-Length': ['0', '0'] },
    { 'Content-Length': '0, 0' },
    { 'Transfer-Encoding': 'gzip' },
    { 'Transfer-Encoding': 'chunked, gzip' },
    { 'Transfer-Encoding': '' },
  ]) {
    const refusal = refusalOf(requestText(changes))
    assert.equal(refusal.status, 400, JSON.stringify(changes))
    assert.equal(refusal.close, true)
    assert.equal(refusal.rule?.id, 'H9')
  }
})

test('a request with content of any length is refused and its connection closed [H12, RFC 9110 §9.3.1, CVE-2018-12541]', () => {
  for (const changes of [
    { 'Content-Length': '5' },
    { 'Content-Length': '1073741824' },
    { 'Content-Length': '9'.repeat(400) },
    { 'Transfer-Encoding': 'chunked' },
  ]) {
    const refusal = refusalOf(requestText(changes))
    assert.deepEqual([refusal.status, refusal.close, refusal.rule?.id], [400, true, 'H12'])
  }
  assert.equal(statusOf(requestText({ 'Content-Length': '0' })), 101)
  assert.equal(refusalOf(requestText({ 'Content-Length': '5' }, 'POST / HTTP/1.1')).close, true)
})

test('a request without Origin is accepted [RS3]', () => {
  assert.equal(statusOf(requestText(), sameOrigin), 101)
})

test('a foreign origin is answered 403, the same origin is not [RS6, RFC 6455 §10.2]', () => {
  assert.equal(statusOf(requestText({ Origin: 'http://server.example.com' }), sameOrigin), 101)
  assert.equal(statusOf(requestText({ Origin: 'HTTP://Server.Example.Com:80' }), sameOrigin), 101)
  assert.equal(statusOf(requestText({ Origin: 'https://server.example.com' }), { ...sameOrigin, secure: true }), 101)
  for (const origin of [
    'http://evil.example',
    'https://server.example.com',
    'http://server.example.com:8080',
    'null',
    'http://server.example.com.evil.example',
    'file://',
  ]) {
    assert.equal(statusOf(requestText({ Origin: origin }), sameOrigin), 403, origin)
  }
  for (const origin of ['', 'http://server.example.com/', 'server.example.com', 'http://u@server.example.com', '__proto__', 'http://', 'a\x80b']) {
    assert.notEqual(statusOf(requestText({ Origin: origin }), sameOrigin), 101, origin)
  }
  assert.equal(statusOf(requestText({ Origin: ['http://server.example.com', 'http://server.example.com'] }), sameOrigin), 400)
})

test('an https origin on a plain transport is refused with a word about TLS that ends at a proxy [RS6]', () => {
  assert.match(refusalOf(requestText({ Origin: 'https://server.example.com' }), sameOrigin).message, /TLS ends at a proxy/)
  assert.doesNotMatch(refusalOf(requestText({ Origin: 'https://evil.example' }), sameOrigin).message, /TLS/)
})

test('subprotocols are tokens, all different, else 400 [RC14, RS1, RFC 6455 §4.1]', () => {
  for (const names of ['', ',', 'a b', 'a;b', '"a"', 'a/b', 'a, a', ['a', 'a'], 'a\x80', 'a, (b)', 'a,b,a']) {
    assert.equal(statusOf(requestText({ 'Sec-WebSocket-Protocol': names })), 400, String(names))
  }
  for (const names of ['a', 'a, A', 'a,b', ' a\t,\tb', '__proto__, constructor', ['a', ''], "!#$%&'*+-.^_`|~"]) {
    assert.equal(statusOf(requestText({ 'Sec-WebSocket-Protocol': names })), 101, String(names))
  }
})

test('extensions that do not follow the grammar are answered 400 [RC15, RS1, RFC 6455 §9.1]', () => {
  for (const value of [
    '',
    ';',
    'a;',
    'a; b=',
    'a; =b',
    'a b',
    'a; b="',
    'a; b="c d"',
    'a; b=""',
    'a; b=c d',
    'a; b="\\',
    'a;;b',
    'a/b',
    'a; b="c"d',
    '\xff',
  ]) {
    assert.equal(statusOf(requestText({ 'Sec-WebSocket-Extensions': value })), 400, value)
  }
  for (const value of ['a', 'a;b', 'a ; b = c , d', 'a; b="c"', 'a; b="\\c"', 'a,,b', 'constructor; __proto__=hasOwnProperty', ['a', 'b; c']]) {
    assert.equal(statusOf(requestText({ 'Sec-WebSocket-Extensions': value })), 101, String(value))
  }
})

test('unknown fields are ignored, however they are called [RS4]', () => {
  assert.equal(statusOf(requestText({ 'X-Unknown': 'x', __proto__x: 'y', constructor: 'z', hasOwnProperty: 'w', 'Sec-WebSocket-Foo': '1' })), 101)
})

test('the 100 that a request expects is known [H4, RFC 9110 §7.8]', () => {
  assert.equal(statusOf(requestText({ Expect: '100-continue' })), 101)
})

test('bytes 0x80 to 0xFF in any handshake field end in an answer, never in an exception [RS1]', () => {
  for (const name of [
    'Host',
    'Upgrade',
    'Connection',
    'Sec-WebSocket-Key',
    'Sec-WebSocket-Version',
    'Origin',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
  ]) {
    for (let byte = 0x80; byte <= 0xff; byte++) {
      const status = statusOf(requestText({ [name]: `a${String.fromCharCode(byte)}` }), sameOrigin)
      assert.ok(status >= 400 && status < 500, `${name} ${byte}: ${status}`)
    }
  }
})

test('a missing Upgrade beside Sec-WebSocket fields is explained as a proxy that stripped it, a plain request is not [RS2]', () => {
  const stripped = refusalOf(requestText({ Upgrade: undefined, Connection: 'close' }))
  assert.equal(stripped.status, 426)
  assert.match(serializeRefusal(stripped), /proxy stripped Upgrade/)
  const plain = refusalOf('GET / HTTP/1.1\r\nHost: h\r\n\r\n')
  assert.equal(plain.status, 426)
  assert.doesNotMatch(plain.message, /proxy/)
})

test('no accepted request is one that lost its Upgrade behind thousands of fields: Upgrade last of the allowed 100 is found [RS2]', () => {
  const padding = Object.fromEntries(Array.from({ length: 95 }, (_, index) => [`X-${index}`, 'x']))
  const raw = requestText({ Upgrade: undefined, ...padding }).replace('\r\n\r\n', '\r\nUpgrade: websocket\r\n\r\n')
  assert.equal(statusOf(raw), 101)
})
