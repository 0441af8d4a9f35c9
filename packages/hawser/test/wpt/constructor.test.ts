import assert from 'node:assert/strict'
import { test } from 'node:test'
import { make, thrown } from '../web/harness.ts'

const invalidUrls = [
  'ws://foo bar.com/',
  'wss://foo bar.com/',
  'ftp://h/',
  'mailto:example@example.org',
  'about:blank',
  'ws://h/#',
  'ws://h/#test',
  'wss://h/#test',
  '#test',
  'ws://',
  'ws://h:65536/',
  'blob:ws://h/',
]
for (const url of invalidUrls) {
  test(`${url} is a SyntaxError [WPT Create-invalid-urls, Create-wrong-scheme]`, () => {
    assert.throws(() => make(url, undefined, 'https://web-platform.test/dir/file'), thrown('SyntaxError'))
  })
}

const urls: [given: string, url: string, what: string][] = [
  ['http://h/', 'ws://h/', 'http scheme'],
  ['https://h/', 'wss://h/', 'https scheme'],
  ['ws://h:80/x', 'ws://h/x', 'default port'],
  ['wss://h:443/x', 'wss://h/x', 'default port'],
  ['wss://h:8080/x', 'wss://h:8080/x', 'other port'],
  ['ws://h/path with space', 'ws://h/path%20with%20space', 'space in the path'],
  ['ws://H.EXAMPLE', 'ws://h.example/', 'case of the host, no path'],
  ['ws://h/?a=ä', 'ws://h/?a=%C3%A4', 'query in UTF-8'],
  ['/test', 'wss://web-platform.test/test', 'absolute path'],
  ['test', 'wss://web-platform.test/dir/test', 'relative path'],
  ['', 'wss://web-platform.test/dir/file?q', 'empty'],
  ['?x', 'wss://web-platform.test/dir/file?x', 'query alone'],
  ['//other.test/', 'wss://other.test/', 'scheme-relative'],
  [' ws://h/ ', 'ws://h/', 'spaces around'],
  ['ws://user:pass@h/', 'ws://user:pass@h/', 'userinfo'],
]
for (const [given, url, what] of urls) {
  test(`${JSON.stringify(given)} is ${url}: ${what} [WPT Create-http-urls, Create-non-absolute-url, Create-valid-url, Create-verify-url-set-*]`, () => {
    assert.equal(make(given, undefined, 'https://web-platform.test/dir/file?q').webSocket.url, url)
  })
}

const separators = [...'()<>@,;:\\"/[]?={} \t\r\n\0\x7f']
for (const name of ['', 'a b', '\u0080echo', 'echo\u0080', ...separators.map((separator) => `ec${separator}ho`)]) {
  test(`the subprotocol ${JSON.stringify(name)} is a SyntaxError [WPT Create-asciiSep-protocol-string, -nonAscii-, Create-protocol-with-space]`, () => {
    for (const protocols of [name, ['echo', name]]) assert.throws(() => make('ws://h/', protocols), thrown('SyntaxError'))
  })
}

test('a subprotocol that is repeated is a SyntaxError, and one in other case is not [WPT Create-protocols-repeated, -case-insensitive]', () => {
  assert.throws(() => make('ws://h/', ['echo', 'echo']), thrown('SyntaxError'))
  assert.deepEqual(make('ws://h/', ['echo', 'eCho']).request.subprotocols, ['echo', 'eCho'])
})

test('no, one and several subprotocols are offered in order [WPT Create-valid-url-array-protocols, Create-valid-url-protocol-string, -empty]', () => {
  assert.deepEqual(make('ws://h/', []).request.subprotocols, [])
  assert.deepEqual(make('ws://h/', 'echo').request.subprotocols, ['echo'])
  assert.deepEqual(make('ws://h/', ['b', 'a']).request.subprotocols, ['b', 'a'])
  assert.deepEqual(make('ws://h/', "!#$%&'*+-.^_`|~09azAZ").request.subprotocols, ["!#$%&'*+-.^_`|~09azAZ"])
  for (const [value, name] of [
    [null, 'null'],
    [1, '1'],
  ])
    assert.deepEqual(make('ws://h/', value).request.subprotocols, [name])
})

test('binaryType is blob, and everything else empty, in a new socket [WPT Create-valid-url-binaryType-blob, extensions/001, protocol/001]', () => {
  const { webSocket } = make()
  const { readyState, binaryType, extensions, protocol, bufferedAmount } = webSocket
  assert.deepEqual([readyState, binaryType, extensions, protocol, bufferedAmount], [0, 'blob', '', '', 0])
})
