import assert from 'node:assert/strict'
import { test } from 'node:test'
import { destinationOf, encodeDestination } from '../../../src/client/socks5/destination.ts'

test('an IPv4 address, an IPv6 address and a name are each sent with their type [RFC 1928 §5]', () => {
  assert.deepEqual(encodeDestination(destinationOf('192.0.2.1', 80)), [1, 192, 0, 2, 1])
  assert.deepEqual(encodeDestination(destinationOf('2001:db8::ff01', 80)), [4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 1])
  assert.deepEqual(encodeDestination(destinationOf('h.example', 80)), [3, 9, ...Buffer.from('h.example')])
})

test('a name of 255 bytes is sent, and a longer one is refused with its length [RFC 1928 §5]', () => {
  assert.equal(encodeDestination(destinationOf('a'.repeat(255), 80)).length, 257)
  assert.throws(() => destinationOf('a'.repeat(256), 80), {
    name: 'HandshakeError',
    stage: 'proxy',
    fault: 'application',
    message: /256 bytes.*at most 255/,
  })
})

test('messages show an IPv6 address in brackets, and a resolved address beside its name', () => {
  assert.equal(destinationOf('::1', 80).where, '[::1]:80')
  assert.equal(destinationOf('192.0.2.1', 80, 'h.example').where, 'h.example:80 (192.0.2.1)')
})
