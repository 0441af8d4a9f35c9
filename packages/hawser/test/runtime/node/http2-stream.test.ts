import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createRuntime } from '../../../src/connection/runtime.ts'
import { NodeServerStream, readNodeStream } from '../../../src/runtime/node/http2-stream.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { connectHeaders, http2Session, StreamPeer } from '../../peers/http2-client.ts'

test('END_STREAM of a request is known from the flags, and from the stream', () => {
  const open = { endAfterHeaders: false } as http2.ServerHttp2Stream
  assert.equal(readNodeStream(open, [], 0).endStream, false)
  assert.equal(readNodeStream(open, [], http2.constants.NGHTTP2_FLAG_END_STREAM).endStream, true)
  assert.equal(readNodeStream({ endAfterHeaders: true } as http2.ServerHttp2Stream, [], 0).endStream, true)
})

test('a response is sent once, and not at all on a stream that is gone', async (t) => {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const session = await http2Session(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const arrived = once(server, 'stream') as Promise<[http2.ServerHttp2Stream]>
  const peer = new StreamPeer(session.request(connectHeaders('/', {}, 'http'), { endStream: false }))
  const [node] = await arrived
  const stream = new NodeServerStream(node, createRuntime(createTestPlatform(1), new ManualClock()))
  stream.respond(403, [['x-own', 'value']])
  stream.respond(200, [])
  const headers = await peer.response()
  assert.deepEqual([headers[':status'], headers['x-own']], [403, 'value'])
  stream.abort()
  stream.respond(200, [])
  assert.equal(await peer.gone(), http2.constants.NGHTTP2_CANCEL)
})
