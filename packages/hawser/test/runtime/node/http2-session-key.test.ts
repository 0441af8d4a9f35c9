import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DialTarget } from '../../../src/client/dial.ts'
import type { NodeDialOptions } from '../../../src/runtime/node/connect-options.ts'
import { SessionKeys } from '../../../src/runtime/node/http2-session-key.ts'

const target = { address: { secure: true, hostname: 'a.example', port: 443 }, proxy: undefined } as unknown as DialTarget

function keyer(): (options?: NodeDialOptions, changes?: object) => string {
  const keys = new SessionKeys()
  return (options = {}, changes = {}) => keys.keyOf(options, { ...target, ...changes } as DialTarget, options.tls ?? {})
}

test('equal options share a session, in any order', () => {
  const key = keyer()
  assert.equal(key({ tls: { ca: 'x', servername: 'y' } }), key({ tls: { servername: 'y', ca: 'x' } }))
  assert.equal(key({ tls: { ca: Buffer.from('x') } }), key({ tls: { ca: Buffer.from('x') } }))
  assert.equal(key(), key({ tls: {} }))
})

test('options that change trust, the server or the route lead to another session', () => {
  const key = keyer()
  const checkServerIdentity = (): undefined => undefined
  const keys = [
    key(),
    key({ tls: { ca: 'x' } }),
    key({ tls: { ca: ['x'] } }),
    key({ tls: { ca: Buffer.from('x') } }),
    key({ tls: { rejectUnauthorized: false } }),
    key({ tls: { rejectUnauthorized: 'false' as never } }),
    key({ tls: { checkServerIdentity } }),
    key({ tls: { checkServerIdentity: () => undefined } }),
    key({ tls: { ['__proto__']: null, ca: 'z' } as never }),
    key({ socketPath: '/a' }),
    key({ localAddress: '127.0.0.2' }),
    key({}, { address: { ...target.address, port: 444 } }),
    key({}, { address: { ...target.address, hostname: 'b.example' } }),
    key({}, { proxy: { host: 'p', port: 1 } }),
    key({}, { proxy: { host: 'p', port: 1, basic: 'x' } }),
    key({}, { proxy: { host: 'p', port: 1, credentials: { username: Uint8Array.of(1), password: Uint8Array.of(2) } } }),
    key({}, { proxy: { host: 'p', port: 1, credentials: { username: Uint8Array.of(1), password: Uint8Array.of(3) } } }),
  ]
  assert.equal(new Set(keys).size, keys.length)
  assert.equal(key({ tls: { checkServerIdentity } }), keys[6])
})

test('a key contains no secret', () => {
  assert.match(keyer()({ tls: { key: 'PRIVATE', passphrase: 'PRIVATE' } }), /^[\w+/]{43}=$/)
})
