import assert from 'node:assert/strict'
import { once } from 'node:events'
import { constants } from 'node:http2'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import { serve } from '../../../src/runtime/node/serve.ts'
import type { CloseInfo } from '../../../src/core/protocol/events.ts'
import type { Http2Options } from '../../../src/runtime/node/http2-options.ts'
import { localhost } from '../../certificates/index.ts'
import { http2Session, openStream } from '../../peers/http2-client.ts'
import { clientFrame } from '../../peers/raw-client.ts'
import * as raw from '../../peers/raw-http2.ts'
import { serveFor } from '../../peers/test-server.ts'

const calm = constants.NGHTTP2_ENHANCE_YOUR_CALM

async function echoServer(t: TestContext, http2: Http2Options = {}, hooks: { upgrade?: () => object } = {}) {
  const closed: CloseInfo[] = []
  const server = await serveFor(t, {
    tls: localhost,
    http2,
    limits: { handshakeMs: 60_000 },
    message: (socket, message) => void socket.send(message),
    close: (_socket, info) => void closed.push(info),
    ...hooks,
  })
  return { server, closed }
}

/** A connection beside the attacked one, which must not notice. */
async function bystander(t: TestContext, url: string): Promise<() => Promise<void>> {
  const peer = openStream(await http2Session(t, url))
  assert.equal(await peer.status(), 200)
  return async () => {
    peer.stream.write(clientFrame(1, 'still here'))
    assert.equal((await peer.frame()).payload.toString(), 'still here')
  }
}

async function endedCalmly(client: raw.RawHttp2): Promise<void> {
  const goaway = await client.next(raw.GOAWAY)
  assert.equal(goaway.payload.readUInt32BE(4), calm)
  await client.gone()
}

test('http2.resetsPerSecond: a flood of streams opened and reset ends its own connection, and no other', async (t) => {
  let hooks = 0
  const { server } = await echoServer(t, { resetsPerSecond: 50 }, { upgrade: () => ({ context: ++hooks }) })
  const fine = await bystander(t, server.url)
  const client = await raw.RawHttp2.to(t, server)
  await client.next(raw.SETTINGS)
  const frames: Buffer[] = []
  for (let stream = 1; stream < 2_000; stream += 2) {
    frames.push(raw.http2Frame(raw.HEADERS, raw.END_HEADERS, stream, raw.headerBlock(raw.connectLines())))
    frames.push(raw.http2Frame(raw.RST_STREAM, 0, stream, Buffer.from([0, 0, 0, 8])))
  }
  client.write(...frames)
  await endedCalmly(client)
  assert.ok(hooks <= 102, `the hook ran ${hooks} times`)
  await fine()
})

test('resets below the limit cost no other stream of the connection', async (t) => {
  const { server } = await echoServer(t)
  const session = await http2Session(t, server.url)
  const kept = openStream(session)
  assert.equal(await kept.status(), 200)
  for (let i = 0; i < 150; i++) {
    const peer = openStream(session)
    await peer.status()
    peer.stream.close(constants.NGHTTP2_CANCEL)
  }
  kept.stream.write(clientFrame(1, 'kept'))
  assert.equal((await kept.frame()).payload.toString(), 'kept')
})

for (const [what, frame] of [
  ['PING', raw.http2Frame(raw.PING, 0, 0, Buffer.alloc(8))],
  ['SETTINGS', raw.settingsFrame([3, 100])],
] as const) {
  test(`http2.controlFramesPerSecond: a flood of ${what} frames ends its own connection, and no other`, async (t) => {
    const { server } = await echoServer(t, { controlFramesPerSecond: 100 })
    const fine = await bystander(t, server.url)
    const client = await raw.RawHttp2.to(t, server)
    await client.next(raw.SETTINGS)
    client.write(...Array.from({ length: 500 }, () => frame))
    await endedCalmly(client)
    await fine()
  })
}

test('http2.maxConcurrentStreams: streams beyond it are refused, those below go on', async (t) => {
  const { server } = await echoServer(t, { maxConcurrentStreams: 3 })
  const client = await raw.RawHttp2.to(t, server)
  await client.next(raw.SETTINGS)
  for (const stream of [1, 3, 5, 7]) client.request(stream, raw.connectLines())
  for (const stream of [1, 3, 5]) assert.ok((await client.answer(stream)).is200)
  assert.equal(await client.reset(7), constants.NGHTTP2_REFUSED_STREAM)
  client.write(raw.http2Frame(raw.DATA, 0, 1, clientFrame(1, 'on')))
  assert.equal((await client.next(raw.DATA, 1)).payload.subarray(2).toString(), 'on')
})

test('http2.maxConcurrentStreams: a client that breaks the limit after it acknowledged it ends its own connection (RFC 9113 section 5.1.2)', async (t) => {
  const { server } = await echoServer(t, { maxConcurrentStreams: 3 })
  const fine = await bystander(t, server.url)
  const client = await raw.RawHttp2.to(t, server)
  await client.next(raw.SETTINGS)
  client.write(raw.http2Frame(raw.SETTINGS, 1, 0))
  for (const stream of [1, 3, 5, 7]) client.request(stream, raw.connectLines())
  await client.gone()
  await fine()
})

test('header floods: more fields than limits.fields are 431; more than a session can hold, and endless CONTINUATION, end at the attacker', async (t) => {
  const { server } = await echoServer(t)
  const fine = await bystander(t, server.url)
  const session = await http2Session(t, server.url)
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, 'v']))
  assert.equal(await openStream(session, '/', many).status(), 431)
  assert.equal(await openStream(session, '/', { 'x-long': 'v'.repeat(17_000) }).status(), 431)
  assert.equal(await openStream(session, `/${'p'.repeat(9_000)}`).status(), 414)
  assert.equal(await openStream(session).status(), 200)

  const flood = await raw.RawHttp2.to(t, server)
  const lines = Array.from({ length: 4_000 }, (_, i) => [`x-${i}`, 'v'] as const)
  flood.request(1, raw.connectLines({}, lines.slice(0, 1_000)))
  assert.equal(await flood.reset(1), calm)
  flood.request(3, raw.connectLines())
  assert.ok((await flood.answer(3)).is200)

  const endless = await raw.RawHttp2.to(t, server)
  endless.request(1, raw.connectLines(), 0)
  const part = raw.headerBlock(lines.slice(0, 500))
  for (let i = 0; i < 50; i++) endless.write(raw.http2Frame(raw.CONTINUATION, 0, 1, part))
  await endless.gone()
  await fine()
})

test('zero windows: streams whose client takes nothing are bounded and cost the others nothing', async (t) => {
  const { server } = await echoServer(t)
  const client = await raw.RawHttp2.to(t, { port: server.port, settings: [[4, 0]] })
  await client.next(raw.SETTINGS)
  client.write(raw.http2Frame(raw.SETTINGS, 1, 0))
  for (let stream = 1; stream < 100; stream += 2) {
    client.request(stream, raw.connectLines())
    client.write(raw.http2Frame(raw.DATA, 0, stream, clientFrame(2, Buffer.alloc(10_000))))
  }
  for (let stream = 1; stream < 100; stream += 2) assert.ok((await client.answer(stream)).is200)
  // One window is opened: that stream goes on past all that stand still.
  client.write(raw.http2Frame(raw.WINDOW_UPDATE, 0, 99, Buffer.from([0, 1, 0, 0])))
  const data = await client.next(raw.DATA, 99)
  assert.equal(data.payload[0], 0x82)
  assert.ok(!client.frames.some(({ type, stream }) => type === raw.DATA && stream !== 99))
  assert.equal(server.connections.size, 50)
})

test('http2.idleMs: a session without a stream is ended with GOAWAY; one with a stream is not', async (t) => {
  const { server } = await echoServer(t, { idleMs: 60 })
  const idle = await http2Session(t, server.url)
  const busy = await http2Session(t, server.url)
  const peer = openStream(busy)
  assert.equal(await peer.status(), 200)
  const gone = once(idle, 'close')
  const first = openStream(idle)
  await first.status()
  first.stream.write(clientFrame(8, Buffer.from([3, 0xe8])))
  await first.end()
  first.stream.end()
  await gone
  peer.stream.write(clientFrame(1, 'busy'))
  assert.equal((await peer.frame()).payload.toString(), 'busy')
})

test('a session that asks for nothing within limits.handshakeMs is ended', async (t) => {
  const server = await serveFor(t, { tls: localhost, limits: { handshakeMs: 60 } })
  const session = await http2Session(t, server.url)
  await once(session, 'close')
})

test('streams opened and abandoned while the hook decides: the signal fires, nothing stays', async (t) => {
  const signals: boolean[] = []
  let wake = (): void => undefined
  const server = await serveFor(t, {
    tls: localhost,
    upgrade: (_request, { signal }) =>
      new Promise<Record<string, never>>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          signals.push(signal.aborted)
          if (signals.length === 20) wake()
          reject(new Error('gone'))
        })
        if (signals.length === 0) wake()
      }),
  })
  const session = await http2Session(t, server.url)
  const all = new Promise<void>((resolve) => (wake = () => void (signals.length === 20 && resolve())))
  const peers = Array.from({ length: 20 }, () => openStream(session))
  await new Promise((resolve) => session.ping(resolve))
  for (const peer of peers) peer.stream.close(constants.NGHTTP2_CANCEL)
  await all
  assert.equal(server.connections.size, 0)
})

test('wrong limits are told at once, by name', async () => {
  for (const [http2, option] of [
    [{ maxConcurrentStreams: 0 }, 'http2.maxConcurrentStreams'],
    [{ streamWindow: 1_000 }, 'http2.streamWindow'],
    [{ other: 1 }, 'http2.other'],
    ['yes', 'http2'],
  ] as const) {
    await assert.rejects(
      serve({ tls: localhost, http2: http2 as never }),
      (error: OptionError) => error instanceof OptionError && error.option === option,
    )
  }
})
