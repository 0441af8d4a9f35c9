import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressText, parseListen, parseTarget } from '../../../src/cli/bridge/address.ts'

test('reads a target of TCP or a Unix domain socket, and writes it the same way', () => {
  for (const [text, address] of [
    ['tcp:localhost:22', { host: 'localhost', port: 22 }],
    ['tcp:[::1]:22', { host: '::1', port: 22 }],
    ['unix:/run/x.sock', { path: '/run/x.sock' }],
  ] as const) {
    assert.deepEqual(parseTarget('to', text), address)
    assert.equal(addressText(address), text)
  }
  assert.deepEqual(parseTarget('to', 'tcp://h:1'), { host: 'h', port: 1 })
  for (const text of ['localhost:22', 'tcp:22', 'tcp:h:0', 'tcp:h:65536', 'tcp:::1:22', 'tcp:a b:1', 'unix:', 'udp:h:1'])
    assert.throws(() => parseTarget('to', text), /option --to: expected tcp:HOST:PORT or unix:PATH/, text)
})

test('listens on loopback unless a host is named', () => {
  assert.deepEqual(parseListen('listen', '2222'), { host: '127.0.0.1', port: 2222 })
  assert.deepEqual(parseListen('listen', '0'), { host: '127.0.0.1', port: 0 })
  assert.deepEqual(parseListen('listen', '0.0.0.0:1'), { host: '0.0.0.0', port: 1 })
  assert.deepEqual(parseListen('listen', '[::]:1'), { host: '::', port: 1 })
  for (const text of ['', 'h', '65536', ':1', 'a:b']) assert.throws(() => parseListen('listen', text), /option --listen: expected PORT/, text)
})
