import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handshakeError, receivedHead } from '../../src/client/exchange.ts'
import { ResponseBody } from '../../src/client/response-body.ts'
import { failForStatus } from '../../src/core/handshake/client-handshake.ts'
import { Fields } from '../../src/core/handshake/fields.ts'

const fields = new Fields([
  ['Content-Length', '4'],
  ['Sec-WebSocket-Version', '13, 8'],
])
const head = { httpVersion: '1.1', status: 426, statusText: 'Upgrade Required', fields, text: '' }

test('a received response has its fields in order, and at most the content that was kept', () => {
  const content = new ResponseBody(426, fields, 2)
  content.push(new Uint8Array([1, 2, 3, 4]))
  const response = receivedHead(head, content)
  assert.deepEqual([response.status, response.statusText, response.httpVersion], [426, 'Upgrade Required', '1.1'])
  assert.deepEqual(response.fields, [
    ['Content-Length', '4'],
    ['Sec-WebSocket-Version', '13, 8'],
  ])
  assert.deepEqual([[...response.body], response.bodyTruncated], [[1, 2], true])
  const switched = receivedHead({ ...head, status: 101 })
  assert.deepEqual([switched.body.length, switched.bodyTruncated], [0, false])
})

test('a failure becomes an error with its rule, hint, versions and response', () => {
  const response = receivedHead(head)
  const error = handshakeError(failForStatus(426, fields), response)
  assert.deepEqual([error.stage, error.fault, error.rule?.section, error.status], ['response', 'peer', '15.5.22', 426])
  assert.deepEqual(error.supportedVersions, ['13', '8'])
  assert.equal(error.response, response)
  assert.equal(typeof error.hint, 'string')
})
