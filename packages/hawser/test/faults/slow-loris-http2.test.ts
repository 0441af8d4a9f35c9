/** As slow-loris.test.ts, for what is dripped on a connection of HTTP/2: its frames, and those of a WebSocket in them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { localhost } from '../certificates/index.ts'
import { http2Session, openStream } from '../peers/http2-client.ts'
import { clientFrame } from '../peers/raw-client.ts'
import * as raw from '../peers/raw-http2.ts'
import { serveFor } from '../peers/test-server.ts'

const deadline = 1_500

interface Stage {
  readonly name: string
  /** A WebSocket is open on stream 1 before. */
  readonly opened: boolean
  readonly begin?: Uint8Array
  /** A byte of it at a time, again and again. */
  readonly drip: Uint8Array
  /** Silence instead of more bytes. */
  readonly stops?: boolean
  /** Which deadline ends it: that of the message, or else that of the session. */
  readonly code?: number
}

const head = (type: number, length: number, stream: number, flags = 0): Buffer => {
  const frame = raw.http2Frame(type, flags, stream, Buffer.alloc(length))
  return frame.subarray(0, 9)
}
const block = raw.headerBlock(raw.connectLines({}, [['x-a', 'a'.repeat(100)]]))
const message = clientFrame(1, 'x'.repeat(1_000))
const part = (bytes: Uint8Array): Buffer => raw.http2Frame(raw.DATA, 0, 1, bytes)

const stages: readonly Stage[] = [
  { name: 'the head of its first frame', opened: false, begin: head(raw.HEADERS, 100, 1).subarray(0, 3), drip: new Uint8Array(1), stops: true },
  { name: 'its first HEADERS', opened: false, begin: head(raw.HEADERS, 16_000, 1), drip: block },
  {
    name: 'CONTINUATION of its first HEADERS',
    opened: false,
    begin: raw.http2Frame(raw.HEADERS, 0, 1, block),
    drip: raw.http2Frame(raw.CONTINUATION, 0, 1, raw.headerBlock([['x', 'y']])),
  },
  { name: 'SETTINGS before its first request', opened: false, drip: raw.settingsFrame([3, 100]) },
  { name: 'HEADERS beside an open WebSocket', opened: true, begin: head(raw.HEADERS, 16_000, 3), drip: block },
  {
    name: 'HEADERS without END_HEADERS beside an open WebSocket',
    opened: true,
    begin: raw.http2Frame(raw.HEADERS, 0, 3, block),
    drip: new Uint8Array(1),
    stops: true,
  },
  { name: 'the head of a DATA frame', opened: true, begin: head(raw.DATA, 100, 1).subarray(0, 8), drip: new Uint8Array(1), stops: true },
  {
    name: 'the padding of a DATA frame',
    opened: true,
    begin: Buffer.concat([head(raw.DATA, 256, 1, 8), Buffer.from([255])]),
    drip: new Uint8Array(1),
  },
  { name: 'PING', opened: true, begin: head(raw.PING, 8, 0), drip: new Uint8Array(1), stops: true },
  { name: 'the payload of a WebSocket frame in one DATA frame', opened: true, begin: head(raw.DATA, message.length, 1), drip: message, code: 1008 },
  {
    name: "a WebSocket frame's header in DATA frames",
    opened: true,
    begin: part(message.subarray(0, 3)),
    drip: new Uint8Array(1),
    stops: true,
    code: 1008,
  },
  {
    name: 'a control frame in DATA frames',
    opened: true,
    begin: part(clientFrame(9, 'ping').subarray(0, 8)),
    drip: new Uint8Array(1),
    stops: true,
    code: 1008,
  },
  { name: 'fragments', opened: true, begin: part(clientFrame(1, 'a', { fin: false })), drip: part(clientFrame(0, 'b', { fin: false })), code: 1008 },
]

describe('a client', { concurrency: 12 }, () => {
  for (const { name, opened, begin = new Uint8Array(0), drip, stops = false, code } of stages) {
    test(`that ${stops ? 'stops inside' : 'drips'} ${name} is dropped, and another is served meanwhile`, async (t) => {
      const closes: unknown[] = []
      const server = await serveFor(t, {
        tls: localhost,
        http2: { idleMs: deadline },
        limits: { handshakeMs: deadline, incompleteMs: deadline },
        keepalive: false,
        message: (socket, text) => void socket.send(text),
        close: (_socket, info) => void closes.push(info.sent?.code),
      })
      const slow = await raw.RawHttp2.to(t, server)
      slow.socket.setNoDelay()
      if (opened) {
        slow.request(1, raw.connectLines())
        assert.ok((await slow.answer(1)).is200)
      }
      slow.write(begin)
      let at = 0
      const timer = setInterval(() => {
        if (!stops) slow.write(drip.subarray(at, at + 1))
        at = (at + 1) % drip.length
      }, 20)
      t.after(() => clearInterval(timer))
      const begun = performance.now()
      const served = openStream(await http2Session(t, server.url))
      served.stream.write(clientFrame(1, 'served'))
      assert.equal((await served.frame()).payload.toString(), 'served')
      if (code === undefined) await slow.gone()
      while (closes.length < (opened ? 1 : 0)) await new Promise((resolve) => setTimeout(resolve, 10))
      const elapsed = performance.now() - begun
      assert.ok(elapsed < deadline * 12, `dropped after ${elapsed} ms`)
      if (opened) assert.deepEqual(closes, [code])
    })
  }
})
