import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../src/core/handshake/index.ts'
import { validateConnectResponse } from '../../../src/core/http2/index.ts'

const sent = { subprotocols: ['chat'], extensions: [], noSubprotocol: 'refuse' } as const

test('any 2xx opens, without Sec-WebSocket-Accept [H2.4, RFC 8441 §5]', () => {
  for (const status of [200, 204, 299]) {
    const result = validateConnectResponse({ status, fields: new Fields([['sec-websocket-protocol', 'chat']]) }, sent)
    assert.ok(result.ok && result.subprotocol === 'chat', String(status))
  }
})

test('101 does not open [H2.4, RFC 9113 §8.6]', () => {
  const result = validateConnectResponse({ status: 101, fields: new Fields() }, sent)
  assert.ok(!result.ok && result.rule.document === 'RFC 8441')
})

test('another status is reported with the versions that the server named [RC17]', () => {
  const result = validateConnectResponse({ status: 400, fields: new Fields([['sec-websocket-version', '13, 8']]) }, sent)
  assert.ok(!result.ok)
  assert.deepEqual(result.supportedVersions, ['13', '8'])
  const redirect = validateConnectResponse({ status: 302, fields: new Fields() }, sent)
  assert.ok(!redirect.ok && redirect.rule.id === 'H2.4')
})

test('an extension or subprotocol that was not offered fails the connection over HTTP/2 too [RC21, RC22]', () => {
  const subprotocol = validateConnectResponse({ status: 200, fields: new Fields([['sec-websocket-protocol', 'other']]) }, sent)
  assert.ok(!subprotocol.ok && subprotocol.stage === 'subprotocol')
  const fields = new Fields([
    ['sec-websocket-protocol', 'chat'],
    ['sec-websocket-extensions', 'x'],
  ])
  const extension = validateConnectResponse({ status: 200, fields }, sent)
  assert.ok(!extension.ok && extension.stage === 'extensions')
})
