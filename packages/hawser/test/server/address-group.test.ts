import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressGroup } from '../../src/server/address-group.ts'

const groups = (prefix: number, ...addresses: string[]): string[] => addresses.map((address) => addressGroup(address, prefix))

test('addresses of one IPv6 prefix share a group however they are written, and others do not [RFC 4291 §2.2]', () => {
  const [first, ...others] = groups(
    64,
    '2001:db8:0:1::1',
    '2001:DB8:0:1:ffff:ffff:ffff:ffff',
    '2001:db8::1:0:0:192.0.2.1',
    '2001:0db8:0000:0001::%eth0',
  )
  for (const other of others) assert.equal(other, first)
  for (const other of groups(64, '2001:db8:0:2::1', '2001:db8:1:1::1', '::1', 'fe80::1')) assert.notEqual(other, first)
})

test('the prefix counts bits', () => {
  const [a, b, c] = groups(56, '2001:db8:0:1200::', '2001:db8:0:12ff::', '2001:db8:0:1300::')
  assert.equal(a, b)
  assert.notEqual(a, c)
  assert.notEqual(...(groups(128, '2001:db8::1', '2001:db8::2') as [string, string]))
  assert.equal(...(groups(127, '2001:db8::2', '2001:db8::3') as [string, string]))
  assert.equal(...(groups(1, '::1', '7fff::') as [string, string]))
  assert.notEqual(...(groups(1, '::1', '8000::') as [string, string]))
})

test('an IPv4 address is its own group, also as an IPv4-mapped IPv6 address [RFC 4291 §2.5.5.2]', () => {
  assert.deepEqual(
    groups(1, '192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1'),
    Array.from({ length: 4 }, () => '192.0.2.1'),
  )
  assert.notEqual(addressGroup('192.0.2.2', 1), '192.0.2.1')
})

test('text that is no address is its own group', () => {
  const wrong = ['1:2', ':', '::1::2', '1:2:3:4:5:6:7:8:9', '12345::', 'g::1', '1:2:3:4:5:6:7::8', '::ffff:300.0.2.1', ':1:2:3:4:5:6:7']
  assert.deepEqual(groups(64, ...wrong), wrong)
})
