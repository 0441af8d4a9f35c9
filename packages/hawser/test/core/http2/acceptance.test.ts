import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { buildAcceptanceFields } from '../../../src/core/http2/index.ts'

test('an acceptance has no Upgrade, no Connection and no Sec-WebSocket-Accept, and lower-case names [H2.4, RFC 8441 §5]', () => {
  const lines = buildAcceptanceFields({ subprotocol: 'chat', extensions: 'x; a=1', headers: { 'X-Served-By': 'a' }, cookies: ['a=1', 'b=2'] })
  assert.deepEqual(lines, [
    ['sec-websocket-protocol', 'chat'],
    ['sec-websocket-extensions', 'x; a=1'],
    ['x-served-by', 'a'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ])
  assert.deepEqual(buildAcceptanceFields({}), [])
})

test('fields that the handshake owns and values with CR LF are refused over HTTP/2 too [S12.21]', () => {
  for (const name of ['Upgrade', 'connection', 'Sec-WebSocket-Accept', 'sec-websocket-protocol']) {
    assert.throws(() => buildAcceptanceFields({ headers: { [name]: 'x' } }), OptionError, name)
  }
  assert.throws(() => buildAcceptanceFields({ headers: { 'x-a': 'a\r\nb: c' } }), OptionError)
  assert.throws(() => buildAcceptanceFields({ cookies: ['a=1\r\nb: c'] }), OptionError)
})
