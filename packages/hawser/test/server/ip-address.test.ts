import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { test } from 'node:test'
import { formatIpv6, isIpv4, mappedIpv4, readIpv6 } from '../../src/server/ip-address.ts'

const canonical: readonly (readonly [address: string, text: string])[] = [
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:0:0:2:1', '2001:db8::2:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::ffff:c000:201', '::ffff:192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
]

test('an IPv6 address is written in its canonical form [RFC 5952 §4, §5]', () => {
  for (const [address, text] of canonical) assert.equal(formatIpv6(readIpv6(address) ?? []), text, address)
})

test('exactly the addresses of RFC 4291 are read, and the IPv4 addresses without leading zeros', () => {
  const wrong = [
    '',
    ':',
    '1',
    ':1::',
    '::1::2',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    '::300.1.1.1',
    '::1.300.1.1',
  ]
  for (const address of [...wrong, '::1.2.3', '::1.2.3.4:5', '1.2.3.4', ...canonical.map(([one]) => one)]) {
    assert.equal(readIpv6(address) !== undefined, isIPv6(address), address)
  }
  for (const address of ['0.0.0.0', '255.255.255.255', '1.2.3.4', '01.2.3.4', '256.1.1.1', '1.2.3', '1.2.3.4.', '1.2.3.4.5', '', '1.2.3.a']) {
    assert.equal(isIpv4(address), isIPv4(address), address)
  }
  assert.deepEqual(readIpv6('fe80::1%eth0'), readIpv6('fe80::1'))
})

test('the IPv4 address in a mapped IPv6 address is found [RFC 4291 §2.5.5.2]', () => {
  assert.equal(mappedIpv4(readIpv6('::ffff:192.0.2.1') ?? []), '192.0.2.1')
  assert.equal(mappedIpv4(readIpv6('::fffe:192.0.2.1') ?? []), undefined)
  assert.equal(mappedIpv4(readIpv6('1::ffff:192.0.2.1') ?? []), undefined)
})
