import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { buildConnectRequest } from '../../../src/core/http2/index.ts'

const required = { scheme: 'https', target: '/chat', authority: 'server.example.com' } as const

test('an Extended CONNECT has all five pseudo-header fields first and no field of the Upgrade bootstrap [RFC 8441 §4, §5]', () => {
  const lines = buildConnectRequest({
    ...required,
    subprotocols: ['b', 'a'],
    extensions: [{ name: 'x', parameters: [['p', '1']] }],
    origin: 'https://app.example',
    headers: { 'X-Trace': '1' },
  })
  assert.deepEqual(lines, [
    [':method', 'CONNECT'],
    [':protocol', 'websocket'],
    [':scheme', 'https'],
    [':path', '/chat'],
    [':authority', 'server.example.com'],
    ['sec-websocket-version', '13'],
    ['sec-websocket-protocol', 'b, a'],
    ['sec-websocket-extensions', 'x; p=1'],
    ['origin', 'https://app.example'],
    ['x-trace', '1'],
  ])
})

test('fields that the handshake owns, pseudo-header fields and CR LF are refused over HTTP/2 too [C1.24, C1.25]', () => {
  for (const name of ['Host', 'Upgrade', 'Sec-WebSocket-Key', 'Connection', ':path']) {
    assert.throws(() => buildConnectRequest({ ...required, headers: { [name]: 'x' } }), OptionError, name)
  }
  assert.throws(() => buildConnectRequest({ ...required, headers: { 'x-a': 'a\r\nb' } }), OptionError)
  assert.throws(() => buildConnectRequest({ ...required, target: '/a b' }), OptionError)
  assert.throws(() => buildConnectRequest({ ...required, target: '/a#b' }), OptionError)
  assert.throws(() => buildConnectRequest({ ...required, authority: 'a\r\nb' }), OptionError)
  assert.throws(() => buildConnectRequest({ ...required, origin: 'https://app.example/path' }), OptionError)
  assert.throws(() => buildConnectRequest({ ...required, subprotocols: ['a', 'a'] }), OptionError)
})
