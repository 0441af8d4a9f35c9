import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import * as tls from 'node:tls'
import type { TlsInfo } from '../../../src/connection/transport.ts'
import { attach } from '../../../src/runtime/node/serve.ts'
import type { ServerOptions } from '../../../src/server/options.ts'
import { authority, client as certificate, localhost } from '../../certificates/index.ts'
import { http2Session, openStream } from '../../peers/http2-client.ts'
import { openingRequest, RawClient } from '../../peers/raw-client.ts'
import { serveFor } from '../../peers/test-server.ts'

const asking = { ...localhost, ca: authority, requestCert: true, rejectUnauthorized: false }

/** What the hook and the socket have seen. */
function recording(): { seen: (TlsInfo | undefined)[]; options: Pick<ServerOptions, 'upgrade' | 'open'> } {
  const seen: (TlsInfo | undefined)[] = []
  const record = (info: TlsInfo | undefined): void => {
    seen.push(info === undefined ? undefined : snapshot(info))
  }
  return {
    seen,
    options: {
      upgrade: (request) => {
        record(request.transport.tls)
        return {}
      },
      open: (socket) => record(socket.transport.tls),
    },
  }
}

function snapshot({ protocol, cipher, servername, alpnProtocol, authorized, authorizationError, peerCertificate }: TlsInfo): TlsInfo {
  return { protocol, cipher, servername, alpnProtocol, authorized, authorizationError, peerCertificate }
}

async function open(port: number, options: tls.ConnectionOptions): Promise<void> {
  const socket = tls.connect({ port, host: '127.0.0.1', ca: authority, ALPNProtocols: ['http/1.1'], ...options })
  await once(socket, 'secureConnect')
  const client = new RawClient(socket)
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)
  client.destroy()
}

test('the hook and the socket see what TLS has agreed, and the certificate of the client [RFC 8446 §4.4.2]', async (t) => {
  const { seen, options } = recording()
  const server = await serveFor(t, { ...options, tls: asking })
  await open(server.port, { ...certificate, servername: 'localhost', maxVersion: 'TLSv1.2' })
  assert.equal(seen.length, 2)
  for (const info of seen) {
    assert.equal(info?.protocol, 'TLSv1.2')
    assert.match(info.cipher ?? '', /^TLS_/)
    assert.equal(info.servername, 'localhost')
    assert.equal(info.alpnProtocol, 'http/1.1')
    assert.deepEqual([info.authorized, info.authorizationError], [true, undefined])
    const x509 = new X509Certificate(certificate.cert)
    assert.deepEqual(Buffer.from(info.peerCertificate?.raw ?? []), x509.raw)
    assert.equal(info.peerCertificate?.fingerprint256, x509.fingerprint256)
    assert.ok(x509.subject.includes(`CN=${String(info.peerCertificate?.subject['CN'])}`))
  }
})

test('a client without certificate and server name has none; without TLS there is nothing to see', async (t) => {
  const { seen, options } = recording()
  const server = await serveFor(t, { ...options, tls: asking })
  await open(server.port, { servername: '', ALPNProtocols: [], checkServerIdentity: () => undefined })
  const info = seen[0]
  assert.deepEqual([info?.authorized, info?.servername, info?.alpnProtocol, info?.peerCertificate], [false, undefined, undefined, undefined])
  assert.equal(typeof info?.authorizationError, 'string')

  const plain = recording()
  const client = await (await serveFor(t, plain.options)).client()
  client.write(openingRequest())
  assert.equal((await client.response()).status, 101)
  assert.deepEqual(plain.seen, [undefined, undefined])
})

test('the same over an attached server of node:https and over HTTP/2', async (t) => {
  const { seen, options } = recording()
  const https = createServer(asking)
  https.listen(0, '127.0.0.1')
  await once(https, 'listening')
  const attached = attach(https, options)
  t.after(async () => {
    await attached.close()
    https.close()
  })
  await open((https.address() as AddressInfo).port, { ...certificate })
  assert.equal(seen[0]?.authorized, true)

  const over2 = recording()
  const server = await serveFor(t, { ...over2.options, tls: asking })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session).status(), 200)
  assert.deepEqual([over2.seen[0]?.alpnProtocol, over2.seen[0]?.servername, over2.seen[0]?.peerCertificate], ['h2', 'localhost', undefined])
})

test('a value first read after the end is undefined, and nothing throws', async (t) => {
  let info: TlsInfo | undefined
  let closed: (() => void) | undefined
  const over = new Promise<void>((resolve) => void (closed = resolve))
  const server = await serveFor(t, { tls: localhost, open: (socket) => void (info = socket.transport.tls), close: () => closed?.() })
  const session = await http2Session(t, server.url)
  assert.equal(await openStream(session).status(), 200)
  session.destroy()
  await over
  await new Promise(setImmediate)
  assert.ok(info !== undefined)
  assert.equal(snapshot(info).peerCertificate, undefined)
})
