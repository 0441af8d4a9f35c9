import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { createHostPolicy, isAllowedHost, isLoopbackHost, readHostNames } from '../../../src/core/handshake/hosts.ts'

test('a loopback host is localhost, a name below it, or an address that only this machine can mean', () => {
  for (const host of ['localhost', 'LOCALHOST', 'a.localhost', '127.0.0.1', '127.255.0.1', '::1', '[::1]', '::ffff:127.0.0.1'])
    assert.equal(isLoopbackHost(host), true, host)
  for (const host of ['localhost.example', '127.0.0.1.example', '0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '', '127.0.0', 'evil-localhost'])
    assert.equal(isLoopbackHost(host), false, host)
})

test('by default a server on a loopback address accepts loopback names and the name in its host option [RFC 9110 §7.4]', () => {
  const policy = createHostPolicy(undefined, '127.0.0.1', 'Dev.example')
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:80', 'x.localhost', 'dev.example', 'dev.example:8080'])
    assert.equal(isAllowedHost(host, policy), true, host)
  for (const host of ['evil.test', 'evil.test:8080', '10.0.0.1', '127.0.0.1.evil.test', '[::2]'])
    assert.equal(isAllowedHost(host, policy), false, host)
})

test('every other server takes every name by default, and `any` does so everywhere', () => {
  for (const [names, address] of [
    [undefined, '0.0.0.0'],
    [undefined, '::'],
    [undefined, undefined],
    ['any', '127.0.0.1'],
  ] as const) {
    assert.equal(isAllowedHost('evil.test', createHostPolicy(readHostNames(names), address)), true, `${names} on ${address}`)
  }
})

test('listed hosts are allowed on every port, or on the one that they name, besides loopback names on a loopback address only', () => {
  const names = readHostNames(['App.example', 'other.example:8443'])
  const local = createHostPolicy(names, '::1')
  const elsewhere = createHostPolicy(names, '203.0.113.1')
  for (const policy of [local, elsewhere]) {
    for (const host of ['app.example', 'app.example:9', 'other.example:8443']) assert.equal(isAllowedHost(host, policy), true, host)
    for (const host of ['other.example', 'other.example:1', 'x.app.example']) assert.equal(isAllowedHost(host, policy), false, host)
  }
  assert.equal(isAllowedHost('localhost:1', local), true)
  assert.equal(isAllowedHost('localhost:1', elsewhere), false)
})

test('a host that is none is an OptionError that names it', () => {
  for (const [hosts, option] of [
    [['ok', 'https://app.example'], 'hosts[1]'],
    [[''], 'hosts[0]'],
    [[7], 'hosts[0]'],
    ['app.example', 'hosts'],
  ] as const) {
    assert.throws(
      () => readHostNames(hosts as never),
      (error: OptionError) => error instanceof OptionError && error.option === option,
    )
  }
})
