import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFields, encodeFields } from '../../../src/conformance/h2/hpack.ts'

test('literals are read back as they were written, long ones too', () => {
  const fields: [string, string][] = [
    [':method', 'CONNECT'],
    ['x-long', 'a'.repeat(300)],
    ['x-empty', ''],
  ]
  assert.deepEqual(decodeFields(encodeFields(fields)), fields)
})

test('static entries, names of the static table and Huffman codes are read (RFC 7541 appendix C.4.1 and C.6.1)', () => {
  const request = Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff', 'hex')
  assert.deepEqual(decodeFields(request), [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
  ])
  const response = Buffer.from('488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3', 'hex')
  assert.deepEqual(decodeFields(response), [
    [':status', '302'],
    ['cache-control', 'private'],
    ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
    ['location', 'https://www.example.com'],
  ])
})

test('an index beyond the static table is an error, not a guess', () => {
  assert.throws(() => decodeFields(Buffer.from([0xbe])), /entry 62/)
})
