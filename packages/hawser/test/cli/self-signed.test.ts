import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import * as tls from 'node:tls'
import { missing } from '../../../../scripts/optional.ts'
import { loopbackNames, makeSelfSigned } from '../../src/cli/self-signed.ts'

test('makes a certificate for its names and addresses, signed by its own key, valid for a month', () => {
  const { cert, key } = makeSelfSigned([...loopbackNames, '2001:db8::7:1', 'box.example'], new Date('2030-01-02T03:04:05Z'))
  const certificate = new X509Certificate(cert)
  for (const name of ['localhost', 'box.example']) assert.equal(certificate.checkHost(name), name)
  for (const address of ['127.0.0.1', '::1', '2001:db8::7:1']) assert.equal(certificate.checkIP(address), address)
  assert.equal(certificate.checkHost('other.example'), undefined)
  assert.ok(certificate.verify(certificate.publicKey))
  assert.equal(Date.parse(certificate.validFrom), Date.parse('2030-01-01T03:04:05Z'))
  assert.equal(Date.parse(certificate.validTo), Date.parse('2030-02-01T03:04:05Z'))
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.match(key.toString(), /BEGIN PRIVATE KEY/)
  assert.ok(Date.parse(new X509Certificate(makeSelfSigned(['a'], new Date('2060-01-01T00:00:00Z')).cert).validTo) > Date.parse('2060-01-01'))
})

test('makes a new key and serial number each time', () => {
  const serials = Array.from({ length: 20 }, () => new X509Certificate(makeSelfSigned(loopbackNames).cert).serialNumber)
  assert.equal(new Set(serials).size, 20)
})

test('a client that trusts it verifies it for localhost and the addresses', async (t) => {
  const made = makeSelfSigned(loopbackNames)
  const server = tls.createServer(made, (socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  for (const host of ['localhost', '127.0.0.1']) {
    const socket = tls.connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      ca: made.cert,
      ...(host === 'localhost' ? { servername: host } : {}),
    })
    await once(socket, 'secureConnect')
    assert.equal(socket.authorized, true)
    socket.destroy()
  }
})

test('OpenSSL reads and verifies it', { skip: missing('openssl') }, () => {
  const { cert } = makeSelfSigned(loopbackNames)
  const { stdout, status } = spawnSync('openssl', ['x509', '-noout', '-text', '-certopt', 'no_pubkey'], { input: cert, encoding: 'utf8' })
  assert.equal(status, 0)
  assert.match(stdout, /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1/)
  assert.match(stdout, /TLS Web Server Authentication/)
})
