import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DialTarget } from '../../../src/client/dial.ts'
import { tlsFor, tlsTo, withoutDot } from '../../../src/runtime/node/client-tls.ts'

test('the server name is the host without a trailing dot, and none for an address [RFC 6066 §3, RC6]', () => {
  assert.equal(withoutDot('h.example.'), 'h.example')
  assert.equal(tlsTo('h.example.', {}, ['h2']).servername, 'h.example')
  assert.equal(tlsTo('192.0.2.1', {}, ['h2']).servername, '')
  assert.equal(tlsTo('192.0.2.1', { servername: 'h.example' }, ['h2']).servername, 'h.example')
})

test('another origin gets no client certificate and no server name', () => {
  const options = { tls: { ca: 'a', cert: 'c', key: 'k', servername: 'h.example' } }
  assert.deepEqual(tlsFor(options, { crossOrigin: true } as DialTarget), { ca: 'a' })
  assert.deepEqual(tlsFor(options, { crossOrigin: false } as DialTarget), options.tls)
})

test('a callback that throws, or gives a promise, fails the TLS handshake', () => {
  const failure = new Error('no')
  const check = (checkServerIdentity: () => never): unknown => tlsTo('h', { checkServerIdentity }, []).checkServerIdentity?.('h', {} as never)
  assert.equal(
    check(() => {
      throw failure
    }),
    failure,
  )
  assert.match(String(check((async () => undefined) as never)), /must return undefined or an Error/)
  const { pskCallback } = tlsTo(
    'h',
    {
      pskCallback: () => {
        throw failure
      },
    },
    [],
  )
  assert.equal(pskCallback?.('hint'), null)
})
