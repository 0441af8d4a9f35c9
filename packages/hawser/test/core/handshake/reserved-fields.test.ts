import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CONNECTION_SPECIFIC_FIELDS,
  HANDSHAKE_FIELDS,
  isConnectionSpecific,
  isFramingField,
  isRefusalField,
} from '../../../src/core/handshake/reserved-fields.ts'

test('connection-specific fields are those of HTTP/1.1, HTTP2-Settings among them [RFC 9113 §8.2.2]', () => {
  assert.deepEqual([...CONNECTION_SPECIFIC_FIELDS].sort(), [
    'connection',
    'http2-settings',
    'keep-alive',
    'proxy-connection',
    'transfer-encoding',
    'upgrade',
  ])
  for (const name of CONNECTION_SPECIFIC_FIELDS) assert.ok(isConnectionSpecific(name) && isFramingField(name) && !isRefusalField(name))
})

test('fields that frame the content are framing fields and not connection-specific', () => {
  for (const name of ['content-length', 'te', 'trailer']) assert.ok(isFramingField(name) && !isConnectionSpecific(name) && !isRefusalField(name))
})

test('of the fields of the handshake a refusal carries only Sec-WebSocket-Version [RFC 6455 §4.4]', () => {
  assert.deepEqual(HANDSHAKE_FIELDS.filter(isRefusalField), ['sec-websocket-version'])
  for (const name of ['www-authenticate', 'set-cookie', 'location', 'content-type']) assert.ok(isRefusalField(name) && !isFramingField(name))
})
