import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { TlsOptions } from 'node:tls'
import { OptionError } from '../../../src/core/errors.ts'
import { connect } from '../../../src/runtime/node/connect.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import { checkServerTls, checkTls, checkTlsMembers, explainTlsOptions } from '../../../src/runtime/node/tls-options.ts'
import { authority, elsewhere, localhost } from '../../certificates/index.ts'

const { cert, key } = localhost
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey

test('what node:tls takes passes', () => {
  for (const options of [
    localhost,
    { cert: Buffer.from(cert), key: Buffer.from(key), ca: [authority, authority] },
    { cert: [cert], key: [{ pem: key }] },
    { SNICallback: () => undefined },
    { ciphers: 'TLS_AES_128_GCM_SHA256' },
  ] as TlsOptions[]) {
    checkServerTls('tls.', options)
  }
  checkTls('', {})
  checkTls('', { ca: '', key: encrypted, passphrase: 'right' })
  assert.equal(explainTlsOptions('tls.', localhost), undefined)
})

test('the error names the unusable member, the expected value and the cause, and does not show the value', async () => {
  for (const [options, option, message] of [
    [{ cert, key: 'secret' }, 'tls.key', /^option tls\.key: expected a private key in PEM \(error:/],
    [{ cert: 'x', key }, 'tls.cert', /^option tls\.cert: expected a certificate chain in PEM \(error:/],
    [{ cert: './cert.pem', key }, 'tls.cert', /; it looks like the name of a file: give its content$/],
    [{ cert: key, key }, 'tls.cert', /PEM/],
    [{ cert, key: cert }, 'tls.key', /PEM/],
    [{ cert: 5, key }, 'tls.cert', /PEM/],
    [{ cert, key: elsewhere.key }, 'tls.key', /expected the private key of tls\.cert/],
    [{ cert, key: rsa }, 'tls.key', /expected the private key of tls\.cert/],
    [{ cert, key: encrypted }, 'tls.passphrase', /expected the passphrase of tls\.key/],
    [{ cert, key: encrypted, passphrase: 'secret' }, 'tls.passphrase', /expected the passphrase of tls\.key/],
    [{ ...localhost, minVersion: 'TLSv9' }, 'tls.minVersion', /such as TLSv1\.2/],
    [{ ...localhost, ciphers: 'nope' }, 'tls.ciphers', /cipher list/],
    [{ pfx: 'x' }, 'tls.pfx', /PKCS #12/],
    [{ ...localhost, ca: '/etc/ca.pem' }, 'tls.ca', /^option tls\.ca: expected certificates in PEM; it looks like the name of a file/],
    [{ ...localhost, ca: [authority, Buffer.from([48, 130])] }, 'tls.ca', /expected certificates in PEM$/],
    [{ cert }, 'tls.key', /expected the private key of tls\.cert, received undefined/],
    [{}, 'tls.cert', /expected a certificate chain in PEM, received undefined/],
    [{ ...localhost, handshakeTimeout: 'x' }, 'tls', /handshakeTimeout/],
  ] as const) {
    await assert.rejects(
      serve({ tls: options as TlsOptions }),
      (error: unknown) => error instanceof OptionError && error.option === option && message.test(error.message) && !/secret/.test(error.message),
      `${option} ${message}`,
    )
  }
  const error = explainTlsOptions('tls.', { cert: 'x' })
  assert.ok(error?.cause instanceof Error && /PEM/.test(error.cause.message))
})

test('a client names the member too: tls of the server, proxyTls of the proxy', async () => {
  await using server = await serve({ tls: localhost })
  for (const [options, option] of [
    [{ ca: authority, cert, key: 'x' }, 'tls.key'],
    [{ ca: authority, cert: 'x', key }, 'tls.cert'],
    [{ ca: authority, cert }, 'tls.key'],
    [{ ca: '/etc/ca.pem' }, 'tls.ca'],
    [{ ca: authority, minVersion: 'TLSv9' }, 'tls.minVersion'],
  ] as const) {
    for (const http of ['1.1', '2'] as const) {
      await assert.rejects(connect(server.url, { http, tls: options as object }), { name: 'OptionError', option }, `${option} over HTTP/${http}`)
    }
  }
  const proxy = server.url.replace('wss', 'https')
  await assert.rejects(connect('ws://h/', { proxy, proxyTls: { ca: authority, key: 'x' } }), { name: 'OptionError', option: 'proxyTls.key' })
})

test('the path of the members is that of the caller', () => {
  assert.throws(() => checkTls('--tls-', { cert, key: 'x' }), { option: '--tls-key', message: /^option --tls-key: expected a private key in PEM/ })
  assert.throws(() => checkTlsMembers('', { cert }), { option: 'key', message: /the private key of cert/ })
})
