import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { createTrust } from '../../src/server/trusted-addresses.ts'

test('addresses, ranges and unix are trusted, also as IPv4 in IPv6', () => {
  const trusts = createTrust(['127.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1'])
  for (const address of ['127.0.0.1', '10.255.0.1', 'fd12::5', '::1', '::ffff:127.0.0.1']) assert.equal(trusts(address), true, address)
  for (const address of ['127.0.0.2', '11.0.0.1', 'fe80::1', 'host', '', undefined]) assert.equal(trusts(address), false, address)
  assert.equal(createTrust(['unix'])(undefined), true)
  assert.equal(createTrust([])('127.0.0.1'), false)
})

test('an address that can never match is refused with its position', () => {
  for (const wrong of ['proxy.example', '10.0.0.0/33', 'fd00::/129', '10.0.0', '10.0.0.0/', '', 5]) {
    assert.throws(
      () => createTrust(['127.0.0.1', wrong as string]),
      (error: OptionError) => error.option === 'trustProxy[1]',
      String(wrong),
    )
  }
  assert.throws(
    () => createTrust(true as never),
    (error: OptionError) => error.option === 'trustProxy',
  )
})
