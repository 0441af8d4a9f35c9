import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientPlaceholders } from '../src/placeholders.ts'

test('what a response says of the request is made from its key and its first subprotocol', () => {
  const values = clientPlaceholders('dGhlIHNhbXBsZSBub25jZQ==', 'chat')
  assert.equal(values.get('accept-short'), 's3pPLMBiTxaQ9kYGzzhZRbK+xO')
  assert.equal(values.get('accept-unpadded'), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo')
  assert.equal(values.get('accept-swapped'), 'S3PplmbItXAq9KygZZHzrBk+XoO=')
  assert.equal(values.get('accept-changed-1'), 'M3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  assert.equal(values.get('accept-changed-14'), 's3pPLMBiTxaQ9EYGzzhZRbK+xOo=')
  assert.equal(values.get('accept-changed-27'), 's3pPLMBiTxaQ9kYGzzhZRbK+xOI=')
  assert.equal(values.get('subprotocol-swapped'), 'CHAT')
  assert.equal(values.get('subprotocol-line'), 'Sec-WebSocket-Protocol: chat\r\n')
  assert.equal(clientPlaceholders('', '').get('subprotocol-line'), '')
})
