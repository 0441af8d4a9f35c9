import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseVersion } from '../../src/core/handshake/index.ts'
import { applicationResponse, refusalResponse } from '../../src/fetch/response.ts'

test('a refusal has the status, the fields and the explanation of the same refusal by serve, and closes the connection [RFC 9931]', async () => {
  const response = refusalResponse(refuseVersion('Sec-WebSocket-Version is missing', '1.1'))
  assert.equal(response.status, 426)
  assert.equal(response.headers.get('sec-websocket-version'), '13')
  assert.equal(response.headers.get('upgrade'), 'websocket')
  assert.equal(response.headers.get('connection'), 'Upgrade, close')
  assert.match(await response.text(), /^426 Upgrade Required\n\nSec-WebSocket-Version is missing\n\nRule: .*\nRFC 6455 section/)
})

test("the application's Response keeps status, reason phrase, fields and content; 204 and 304 have none [RFC 9110 §6.4.1]", async () => {
  const body = new TextEncoder().encode('no')
  const response = applicationResponse({ status: 403, statusText: 'Go away', fields: [['x-why', 'because']], body })
  assert.deepEqual([response.status, response.statusText, response.headers.get('x-why'), await response.text()], [403, 'Go away', 'because', 'no'])
  for (const status of [204, 205, 304]) assert.equal(applicationResponse({ status, statusText: '', fields: [], body }).body, null)
  assert.equal(applicationResponse({ status: 403, statusText: 'a\r\nb: c', fields: [], body }).statusText, '')
})
