import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProxyHeaderParser } from '../../src/server/proxy-header.ts'
import type { ProxyHeaderResult } from '../../src/server/proxy-header.ts'

const signature = '0d0a0d0a000d0a515549540a'
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const line = (text: string): Buffer => Buffer.from(text, 'latin1')

const v4 = ['192.0.2.1', 56_324, '198.51.100.2', 443] as const
const v6 = ['2001:db8::1', 56_324, '2001:db8::2', 443] as const
const addresses6 = '20010db8000000000000000000000001 20010db8000000000000000000000002 dc04 01bb'
const longest = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'

type Addresses = readonly [remoteAddress: string, remotePort: number, localAddress: string, localPort: number]

const valid: readonly (readonly [name: string, header: Buffer, addresses: Addresses | undefined])[] = [
  ['TCP4', line('PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n'), v4],
  ['TCP6', line('PROXY TCP6 2001:db8::1 2001:DB8:0:0::2 56324 443\r\n'), v6],
  ['the longest TCP6', line(`PROXY TCP6 ${longest} ${longest} 65535 65535\r\n`), [longest, 65_535, longest, 65_535]],
  ['port 0', line('PROXY TCP4 0.0.0.0 255.255.255.255 0 0\r\n'), ['0.0.0.0', 0, '255.255.255.255', 0]],
  ['UNKNOWN', line('PROXY UNKNOWN\r\n'), undefined],
  ['UNKNOWN with 107 bytes', line(`PROXY UNKNOWN ${longest} ${longest} 65535 65535\r\n`), undefined],
  ['IPv4', hex(`${signature} 21 11 000c c0000201 c6336402 dc04 01bb`), v4],
  ['IPv6', hex(`${signature} 21 21 0024 ${addresses6}`), v6],
  ['IPv4 and fields', hex(`${signature} 21 11 0018 c0000201 c6336402 dc04 01bb 01 0002 6832 04 0004 00000000`), v4],
  ['IPv6 and fields', hex(`${signature} 21 21 0027 ${addresses6} 04 0000`), v6],
  ['LOCAL', hex(`${signature} 20 00 0000`), undefined],
  ['LOCAL with a family and fields', hex(`${signature} 20 11 000f c0000201 c6336402 dc04 01bb 04 0000`), undefined],
  ['LOCAL with an unknown family', hex(`${signature} 20 ff 0001 00`), undefined],
  ['unspecified', hex(`${signature} 21 00 0003 04 0000`), undefined],
  ['UDP over IPv4', hex(`${signature} 21 12 000c c0000201 c6336402 dc04 01bb`), undefined],
  ['a Unix socket', hex(`${signature} 21 31 00d8 ${'2f'.repeat(216)}`), undefined],
]

function expectAddresses(result: ProxyHeaderResult, expected: Addresses | undefined, name: string): void {
  assert.equal(result.kind, 'done', name)
  if (result.kind !== 'done') return
  const { addresses: found } = result
  assert.deepEqual(found === undefined ? undefined : [found.remoteAddress, found.remotePort, found.localAddress, found.localPort], expected, name)
}

test('both versions are read, whole, split at every byte, and one byte at a time; the bytes after them are not consumed', () => {
  const rest = Buffer.from('GET / HTTP/1.1\r\n')
  for (const [name, header, addresses] of valid) {
    const whole = new ProxyHeaderParser().push(Buffer.concat([header, rest]))
    expectAddresses(whole, addresses, name)
    assert.equal(whole.kind === 'done' && whole.consumed, header.length, name)
    for (let split = 1; split < header.length; split++) {
      const parser = new ProxyHeaderParser()
      assert.deepEqual(parser.push(header.subarray(0, split)), { kind: 'more' }, `${name}, ${split}`)
      const result = parser.push(Buffer.concat([header.subarray(split), rest]))
      expectAddresses(result, addresses, `${name}, ${split}`)
      assert.equal(result.kind === 'done' && result.consumed, header.length - split, `${name}, ${split}`)
    }
    const parser = new ProxyHeaderParser()
    const results = Array.from(header, (_, index) => parser.push(header.subarray(index, index + 1)))
    assert.ok(results.slice(0, -1).every(({ kind }) => kind === 'more'))
    expectAddresses(results.at(-1) as ProxyHeaderResult, addresses, name)
  }
})

test('65535 bytes of fields are skipped', () => {
  const parser = new ProxyHeaderParser()
  assert.equal(parser.push(hex(`${signature} 21 11 ffff c0000201 c6336402 dc04 01bb`)).kind, 'more')
  assert.equal(parser.push(new Uint8Array(65_535 - 12 - 1)).kind, 'more')
  expectAddresses(parser.push(new Uint8Array(2)), v4, 'fields')
})

const wrong: readonly (readonly [header: Buffer, reason: RegExp])[] = [
  [line('GET / HTTP/1.1\r\n'), /does not begin with a header/],
  [line('PROXZ TCP4'), /does not begin with a header/],
  [line('proxy TCP4'), /does not begin with a header/],
  [line('PROXY\r\n'), /does not begin with a header/],
  [line('\r\n\r\n\0\r\nQUIX'), /does not begin with a header/],
  [line('\r\nGET'), /does not begin with a header/],
  [Buffer.from([0x16, 0x03, 0x01]), /does not begin with a header/],
  [line('PROXY \r\n'), /the family ""/],
  [line('PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n'), /the family "TCP5"/],
  [line('PROXY UNKNOWNX\r\n'), /the family "UNKNOWNX"/],
  [line('PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n'), /CR LF/],
  [line('PROXY TCP4 1.1.1.1\r1.1.1.1 1 1\r\n'), /CR LF/],
  ...[
    'TCP4',
    'TCP4 1.1.1.1 1.1.1.1 1',
    'TCP4 1.1.1.1 1.1.1.1 1 1 ',
    'TCP4 1.1.1.1 1.1.1.1 1 1 1',
    'TCP4  1.1.1.1 1.1.1.1 1 1',
    'TCP4 01.1.1.1 1.1.1.1 1 1',
    'TCP4 1.1.1.256 1.1.1.1 1 1',
    'TCP4 ::1 ::1 1 1',
    'TCP4 1.1.1.1 1.1.1.1 01 1',
    'TCP4 1.1.1.1 1.1.1.1 1 65536',
    'TCP4 1.1.1.1 1.1.1.1 -1 1',
    'TCP6 1.1.1.1 1.1.1.1 1 1',
    'TCP6 ::1%lo ::1 1 1',
    'TCP6 ::1 :::1 1 1',
  ].map((text) => [line(`PROXY ${text}\r\n`), /two addresses of its family and two ports/] as const),
  [line(`PROXY TCP4 ${' '.repeat(200)}`), /more than 107 bytes/],
  [line(`PROXY UNKNOWN ${'x'.repeat(200)}\r\n`), /more than 107 bytes/],
  [hex(`${signature} 11`), /has version 1/],
  [hex(`${signature} 31`), /has version 3/],
  [hex(`${signature} 22`), /the command 2/],
  [hex(`${signature} 21 41 0000`), /family or protocol 0x41/],
  [hex(`${signature} 21 13 000c`), /family or protocol 0x13/],
  [hex(`${signature} 21 11 000b`), /11 bytes of addresses, and its family needs 12/],
  [hex(`${signature} 21 21 0023`), /35 bytes of addresses, and its family needs 36/],
  [hex(`${signature} 21 31 00d7`), /215 bytes of addresses/],
]

test('a malformed header is refused with the reason, however it is split', () => {
  for (const [header, reason] of wrong) {
    for (let split = 0; split < header.length; split++) {
      const parser = new ProxyHeaderParser()
      const first = parser.push(header.subarray(0, split))
      const result = first.kind === 'more' ? parser.push(header.subarray(split)) : first
      assert.equal(result.kind, 'refused', header.toString('latin1'))
      assert.match(result.kind === 'refused' ? result.reason : '', reason)
    }
  }
})
