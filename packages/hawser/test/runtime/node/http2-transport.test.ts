import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createRuntime } from '../../../src/connection/runtime.ts'
import type { TransportHandler } from '../../../src/connection/transport.ts'
import { Http2StreamTransport } from '../../../src/runtime/node/http2-transport.ts'
import { createTestPlatform, ManualClock } from '../../../src/testing/index.ts'
import { connectHeaders, http2Session, StreamPeer } from '../../peers/http2-client.ts'

/** Both ends of one stream: the transport at the server's, node:http2 at the client's. */
async function pair(t: TestContext, settings: http2.Settings = {}) {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const session = await http2Session(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, settings)
  const arrived = once(server, 'stream')
  const peer = new StreamPeer(session.request(connectHeaders('/', {}, 'http'), { endStream: false }))
  const [stream] = (await arrived) as [http2.ServerHttp2Stream]
  stream.respond({ ':status': 200 })
  const clock = new ManualClock()
  const transport = new Http2StreamTransport(stream, createRuntime(createTestPlatform(1), clock))
  const seen = { data: 0, ends: 0, drained: 0, closed: [] as (Error | undefined)[] }
  const wakes: (() => void)[] = []
  const wake = (): void => {
    for (const callback of wakes.splice(0)) callback()
  }
  const handler: TransportHandler = {
    data(chunk) {
      seen.data += chunk.byteLength
      wake()
    },
    end() {
      seen.ends++
      wake()
    },
    drained() {
      seen.drained++
      wake()
    },
    closed(error) {
      seen.closed.push(error)
      wake()
    },
  }
  transport.attach(handler)
  await peer.response()
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise<void>((resolve) => wakes.push(resolve))
  }
  return { transport, peer, clock, seen, until, session, stream }
}

test('a small write is copied, so its memory is free at once, and its bytes count until they have left', async (t) => {
  const { transport, peer, until, seen } = await pair(t)
  const memory = Buffer.from('small')
  assert.equal(transport.write([memory, memory]), true)
  memory.fill('x')
  assert.equal(transport.bufferedBytes, 10)
  await until(() => seen.drained === 1)
  assert.equal(transport.bufferedBytes, 0)
  await peer.until(() => peer.buffer.length === 10, 'the bytes')
  assert.equal(peer.buffer.toString(), 'smallsmall')
})

test('bytes that the window does not admit are counted, passed to node:http2 in pieces of 256 KiB, and arrive in order', async (t) => {
  const { transport, peer, until, seen, stream } = await pair(t, { initialWindowSize: 0 })
  const large = Buffer.from(Uint8Array.from({ length: 900_000 }, (_, index) => index % 251))
  assert.equal(transport.write([large.subarray(0, 10)]), true)
  assert.equal(transport.write([large.subarray(10, 700_000)]), false)
  assert.equal(transport.write([large.subarray(700_000)]), false)
  transport.end()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(transport.bufferedBytes, large.length)
  assert.ok(stream.writableLength <= 262_154, String(stream.writableLength))
  peer.stream.session?.settings({ initialWindowSize: 100_000 })
  await peer.end()
  assert.ok(peer.buffer.equals(large))
  await until(() => transport.bufferedBytes === 0)
  assert.ok(seen.drained >= 1)
})

test("a transport starts paused; pause and resume are the stream's own", async (t) => {
  const { transport, peer, until, seen } = await pair(t)
  peer.stream.write('early')
  await new Promise((resolve) => peer.stream.session?.ping(resolve))
  assert.equal(seen.data, 0)
  transport.resume()
  await until(() => seen.data === 5)
  transport.pause()
  peer.stream.write('later')
  await new Promise((resolve) => peer.stream.session?.ping(resolve))
  assert.equal(seen.data, 5)
  transport.resume()
  await until(() => seen.data === 10)
})

test('END_STREAM both ways is an orderly end', async (t) => {
  const { transport, peer, until, seen } = await pair(t)
  transport.resume()
  peer.stream.end('last')
  await until(() => seen.ends === 1)
  transport.end()
  await until(() => seen.closed.length === 1)
  assert.deepEqual([seen.data, seen.closed[0], await peer.gone()], [4, undefined, 0])
})

test("the peer's reset is an error with its name; our abort is RST_STREAM(CANCEL) and no error", async (t) => {
  const one = await pair(t)
  one.peer.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR)
  await one.until(() => one.seen.closed.length === 1)
  assert.match(String(one.seen.closed[0]?.message), /INTERNAL_ERROR/)
  const two = await pair(t)
  two.transport.write([Buffer.alloc(1_000_000)])
  two.transport.abort()
  assert.equal(await two.peer.gone(), http2.constants.NGHTTP2_CANCEL)
  await two.until(() => two.seen.closed.length === 1)
  assert.equal(two.seen.closed[0], undefined)
  assert.equal(two.transport.bufferedBytes, 0)
})

test('the end of the whole connection is reported as such', async (t) => {
  const { session, until, seen } = await pair(t)
  session.destroy()
  await until(() => seen.closed.length === 1)
  assert.match(seen.closed[0]?.message ?? 'nothing', /connection ended|reset with/)
})

test('a reset before anybody listens is reported to the later listener', async (t) => {
  const { transport, peer, until, seen } = await pair(t)
  peer.stream.close(http2.constants.NGHTTP2_CANCEL)
  await until(() => seen.closed.length === 1)
  const late = new Promise<void>((resolve) => transport.attach({ data() {}, end() {}, drained() {}, closed: () => resolve() }))
  await late
})

test("a peer that waits for the stream's end gets it 150 ms after ours; others are left to end it themselves", async (t) => {
  const node = await pair(t)
  node.transport.impatient = true
  node.transport.end()
  await node.peer.end()
  assert.equal(node.peer.closed, false)
  await node.clock.advance(140)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(node.stream.closed, false)
  await node.clock.advance(60)
  assert.equal(await node.peer.gone(), 0)
  const other = await pair(t)
  other.transport.end()
  await other.peer.end()
  await other.clock.advance(5_000)
  assert.equal(other.stream.closed, false)
})
