import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { onConnectToWebSocket, OptionError } from 'hawser'
import { connectHeaders, http2Session, StreamPeer } from '../../peers/http2-client.ts'

async function listening(t: TestContext, server: http2.Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const request = (session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders): StreamPeer =>
  new StreamPeer(session.request(headers, { endStream: false }))

test('an Extended CONNECT for websocket comes to the listener, with its fields [RFC 8441 §4]', async (t) => {
  const server = http2.createServer((_request, response) => void response.end('ordinary'))
  const stop = onConnectToWebSocket(server, (stream, headers, raw) => {
    stream.respond({ ':status': 200, 'x-path': headers[':path'], 'x-raw': raw.includes('websocket') ? 'yes' : 'no' })
  })
  const url = await listening(t, server)
  const session = await http2Session(t, url)
  const opened = await request(session, connectHeaders('/chat', {}, 'http')).response()
  assert.deepEqual([opened[':status'], opened['x-path'], opened['x-raw']], [200, '/chat', 'yes'])
  const other = await request(session, { ...connectHeaders('/chat', {}, 'http'), ':protocol': 'webtransport' }).response()
  assert.equal(other[':status'], 501)
  stop()
  // Now node:http2 refuses it by itself.
  assert.equal((await request(session, connectHeaders('/chat', {}, 'http')).response())[':status'], 405)
})

test('only a server of node:http2 is taken', () => {
  assert.throws(() => onConnectToWebSocket({} as never, () => undefined), OptionError)
})
