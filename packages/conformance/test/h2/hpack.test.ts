import assert from 'node:assert/strict'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { Exchange } from '../../src/exchange.ts'
import { openHttp2 } from '../../src/h2/connect.ts'
import { decodeFields, encodeFields } from '../../src/h2/hpack.ts'

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

test('every octet that HTTP/2 of Node compresses with Huffman is read back (RFC 7541 appendix B)', async () => {
  const text = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
    .filter((character) => !'\0\r\n'.includes(character))
    .join('')
  const server = http2.createServer()
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'x-all': text.trim(), 'x-plain': 'www.example.com' }, { endStream: true })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const exchange = new Exchange()
  const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const connection = await openHttp2(url, false, 3000, exchange)
  try {
    const response = await connection.response(
      await connection.request(
        [
          [':method', 'GET'],
          [':scheme', 'http'],
          [':path', '/'],
          [':authority', url.host],
        ],
        true,
      ),
      3000,
    )
    assert.notEqual(response, 'reset')
    const fields = new Map(response === 'reset' ? [] : response.fields)
    assert.equal(fields.get('x-all'), text.trim())
    assert.equal(fields.get('x-plain'), 'www.example.com')
  } finally {
    connection.destroy()
    server.close()
  }
})
