import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import * as tls from 'node:tls'
import { test } from 'node:test'
import { observeReach } from '../../../src/cli/doctor/reach.ts'
import { readTarget } from '../../../src/cli/doctor/target.ts'
import { authority, elsewhere, expired, localhost, selfsigned } from '../../certificates/index.ts'
import { rawServer } from '../raw-server.ts'

const options = { timeoutMs: 2000, signal: new AbortController().signal, tls: { ca: authority } }

async function tlsServer(certificate: tls.TlsOptions): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = tls.createServer({ ALPNProtocols: ['http/1.1'], ...certificate }, (socket) => socket.on('error', () => {}))
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `wss://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

test('tells the certificate and what a client that verifies it says', async () => {
  for (const [certificate, error] of [
    [localhost, undefined],
    [expired, 'CERT_HAS_EXPIRED'],
    [elsewhere, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [selfsigned, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const) {
    await using server = await tlsServer(certificate)
    const { failure, tls: seen } = await observeReach(readTarget(server.url), options)
    assert.equal(failure, undefined)
    assert.deepEqual([seen?.certificateError, seen?.alpn, seen?.protocol], [error, 'http/1.1', 'TLSv1.3'])
    assert.match(seen?.certificate?.names ?? '', /localhost|elsewhere/)
  }
})

test('tells at which stage it fails', async () => {
  await using plain = await rawServer('HTTP/1.1 400 Bad Request\r\n\r\n')
  assert.equal((await observeReach(readTarget(plain.url.replace('ws:', 'wss:')), options)).failure?.stage, 'tls')
  await using silent = await rawServer('')
  const late = await observeReach(readTarget(silent.url.replace('ws:', 'wss:')), { ...options, timeoutMs: 50 })
  assert.deepEqual([late.failure?.stage, late.failure?.code], ['tls', 'ETIMEDOUT'])
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await once(closed, 'close')
  const refused = await observeReach(readTarget(`ws://127.0.0.1:${port}/`), options)
  assert.deepEqual([refused.failure?.stage, refused.failure?.code], ['tcp', 'ECONNREFUSED'])
})
