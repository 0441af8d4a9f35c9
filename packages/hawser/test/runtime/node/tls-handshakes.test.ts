import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import * as tls from 'node:tls'
import { TlsHandshakes } from '../../../src/runtime/node/tls-handshakes.ts'
import { localhost } from '../../certificates/index.ts'
import { serveFor } from '../../peers/test-server.ts'

test('close() ends at once although clients have not finished their TLS handshake', { timeout: 20_000 }, async (t) => {
  const server = await serveFor(t, { tls: localhost, limits: { handshakeMs: 600_000 } })
  const silent = await server.client()
  const abandoned = await server.client()
  abandoned.write(new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]))
  const idle = tls.connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false })
  t.after(() => idle.destroy())
  await once(idle, 'secureConnect')
  await server.close()
  await Promise.all([silent.end(), abandoned.end()])
})

test('the time of a connection counts from its TCP handshake on', async (t) => {
  const handshakes = new TlsHandshakes()
  const server = tls.createServer(localhost)
  server.on('connection', (socket: net.Socket) => handshakes.started(socket, 42))
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = tls.connect({ port: (server.address() as net.AddressInfo).port, host: '127.0.0.1', rejectUnauthorized: false })
  t.after(() => client.destroy())
  const [socket] = (await once(server, 'secureConnection')) as [tls.TLSSocket]
  assert.equal(handshakes.finished(socket), 42)
  assert.equal(handshakes.finished(socket), undefined)
})
