/** Peers that stall, flood, send garbage, reset or die: each case ends with a verdict, and the run with a report. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Socket } from 'node:net'
import { deflateRawSync } from 'node:zlib'
import { runClientSuite, runServerSuite, serverCases } from '../src/index.ts'
import type { ServerSuiteOptions, SuiteReport } from '../src/index.ts'
import { frameOf, preface, settingsPayload } from '../src/h2/frames.ts'
import { encodeFields } from '../src/h2/hpack.ts'
import { runCase } from '../src/run-case.ts'
import { acceptRequest, ScriptedServer } from './doubles/scripted.ts'

const bounds = { answerMs: 400, silenceMs: 40, handshakeMs: 600, closeMs: 600 }

/** What the first case of `only` comes to with a server that answers each connection so. */
async function outcomeOf(only: string, onConnection: (socket: Socket) => void, options: ServerSuiteOptions = {}): Promise<string> {
  await using server = await ScriptedServer.listen(onConnection)
  const { results } = await runServerSuite(server.url, { only: [only], bounds, ...options })
  return `${results[0]!.verdict}: ${results[0]!.outcome}`
}

/** Answers the opening handshake, then does something. */
const opened =
  (then: (socket: Socket) => void, extensions = '') =>
  (socket: Socket): void =>
    void socket.once('data', (chunk) => {
      socket.write(acceptRequest(chunk.toString('latin1')).replace(/\r\n\r\n$/, `${extensions}\r\n\r\n`))
      then(socket)
    })

/** Writes the bytes every so often until the connection ends. */
const trickle =
  (bytes: string, everyMs: number) =>
  (socket: Socket): void => {
    const timer = setInterval(() => socket.write(bytes, 'latin1'), everyMs)
    socket.on('close', () => clearInterval(timer))
  }

for (const [id, bytes, outcome] of [
  ['framing/length/text-1', '\x8a\x00', 'fail: nothing instead of the echo'],
  ['framing/reserved-bits/RSV2-text', '\x8a\x00', 'fail: the connection was not failed'],
  ['control/ping-pong/ping-text', '\x8a\x01x', 'fail: the Pong carries 1 bytes, "x"'],
  ['closing/order/large-then-close-answered', '\x81\x01x', 'fail: nothing instead of a Close frame'],
  ['masking/of-the-server/echo-unmasked', '\x89\x00', 'fail: nothing instead of a frame'],
] as const)
  test(`a server that sends ${JSON.stringify(bytes)} again and again does not renew the time limit of ${id}`, async () => {
    const start = performance.now()
    assert.equal(await outcomeOf(id, opened(trickle(bytes, 150))), outcome)
    assert.ok(performance.now() - start < 4000)
  })

test('a head without end is read up to a limit, and interim responses without end are', async () => {
  const flood = (text: string) => (socket: Socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(text));
    }
    socket.on('drain', more)
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\n')
      more()
    })
  }
  const long = { bounds: { ...bounds, answerMs: 5000 } }
  assert.match(
    await outcomeOf('framing/length/text-1', flood(`X-Field: ${'a'.repeat(1000)}\r\n`.repeat(100)), long),
    /^fail: \d+ bytes came without the end of an HTTP message head$/,
  )
  const interim = (socket: Socket): void => void socket.once('data', () => socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)))
  assert.equal(await outcomeOf('framing/length/text-1', interim), 'fail: the opening handshake was answered with 102')
})

test('a message that decompresses to more than the suite asks for is not decompressed', async () => {
  const packed = deflateRawSync(Buffer.alloc(64 << 20), { finishFlush: 2 }).subarray(0, -4)
  const frame = Buffer.concat([Buffer.from([0xc1, 126, packed.length >> 8, packed.length & 255]), packed])
  const isLong = packed.length > 65_535
  const head = isLong ? Buffer.from([0xc1, 127, 0, 0, 0, 0, 0, packed.length >> 16, (packed.length >> 8) & 255, packed.length & 255]) : undefined
  const bomb = head === undefined ? frame : Buffer.concat([head, packed])
  const server = opened((socket) => void socket.write(bomb), '\r\nSec-WebSocket-Extensions: permessage-deflate')
  assert.match(
    await outcomeOf('deflate/good/rfc-hello', server),
    /^fail: the peer's compressed message does not decompress within the agreed parameters: Cannot create a Buffer larger than \d+ bytes$/,
  )
})

test('a server that resets, or dies, in any phase ends each case with a verdict', async () => {
  for (const server of [
    (socket: Socket) => void socket.resetAndDestroy(),
    (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy()),
    opened((socket) => void socket.once('data', () => socket.resetAndDestroy())),
    (socket: Socket) => void socket.end(Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) & 255))),
  ]) {
    await using scripted = await ScriptedServer.listen(server)
    const report = await runServerSuite(scripted.url, { only: ['framing/length', 'handshake/key', 'closing'], bounds })
    assertJudged(report)
  }
})

test('a server that never answers ends each case with a verdict', async () => {
  await using silent = await ScriptedServer.listen(() => {})
  assertJudged(await runServerSuite(silent.url, { only: ['handshake/key', 'framing/length/text-1', 'http2/open'], http2: true, bounds, jobs: 64 }))
})

function assertJudged({ results, counts }: SuiteReport): void {
  assert.ok(counts.fail > 0)
  assert.deepEqual(
    results.flatMap(({ id, outcome }) => (outcome.startsWith('the suite could not play') ? [`${id}: ${outcome}`] : [])),
    [],
  )
}

const settings = frameOf(4, 0, 0, settingsPayload([[8, 1]]))
const ok = frameOf(1, 4, 1, encodeFields([[':status', '200']]))
const broken = /^fail: the peer sent /

/** Frames of HTTP/2 that a peer repeats without end, or sends once, after its SETTINGS. */
const floods: readonly (readonly [name: string, frames: Buffer, outcome: RegExp, times?: number])[] = [
  ['PING frames', frameOf(6, 0, 0, Buffer.alloc(8)), /: the peer sent more than 10000 PING and SETTINGS frames$/],
  ['SETTINGS frames', settings, /: the peer sent more than 10000 (?:PING and SETTINGS frames|settings)$/],
  [
    'CONTINUATION frames',
    Buffer.concat([frameOf(1, 0, 1, Buffer.alloc(0)), ...Array.from({ length: 2000 }, () => frameOf(9, 0, 1, Buffer.alloc(0)))]),
    /: the peer sent a header block of more than 1000 frames$/,
  ],
  [
    'a header block of 16 MiB',
    Buffer.concat([frameOf(1, 0, 1, Buffer.alloc(0)), ...Array.from({ length: 100 }, () => frameOf(9, 0, 1, Buffer.alloc(16_384)))]),
    /: the peer sent a header block of more than 262144 bytes$/,
    1,
  ],
  ['a frame of 16 MiB', Buffer.from('ffffff000000000001', 'hex'), /: the peer sent a frame of 16777215 bytes$/, 1],
  ['DATA beyond its window', Buffer.concat([ok, frameOf(0, 0, 1, Buffer.alloc(16_384))]), /^fail: /],
  ['WINDOW_UPDATE frames for streams that there are not', frameOf(8, 0, 77, Buffer.from([0, 0, 0, 1])), /^fail: /],
  ['empty DATA', frameOf(0, 0, 1, Buffer.alloc(0)), /^fail: /],
  ['a header block that refers to no entry', frameOf(1, 4, 1, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])), broken, 1],
  ['a header block with broken Huffman code', frameOf(1, 4, 1, Buffer.from([0x00, 0x81, 0x00, 0x81, 0x00])), broken, 1],
  ['a header block that ends inside a string', frameOf(1, 4, 1, Buffer.from([0x00, 0x7f])), broken, 1],
  ['a RST_STREAM of one byte', frameOf(3, 0, 1, Buffer.alloc(1)), /: the peer sent a RST_STREAM frame of 1 bytes$/, 1],
  ['a GOAWAY of one byte', frameOf(7, 0, 0, Buffer.alloc(1)), /: the peer sent a GOAWAY frame of 1 bytes$/, 1],
  ['a WINDOW_UPDATE of one byte', frameOf(8, 0, 0, Buffer.alloc(1)), /: the peer sent a WINDOW_UPDATE frame of 1 bytes$/, 1],
  ['garbage', Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) & 255)), broken, 1],
]

function flood(socket: Socket, frames: Buffer, times = Number.POSITIVE_INFINITY): void {
  const repeated = times === 1 ? frames : Buffer.concat(Array.from({ length: Math.ceil(20_000 / frames.length) }, () => frames))
  let left = times
  const more = (): void => {
    while (!socket.destroyed && left-- > 0 && socket.write(repeated));
  }
  socket.on('drain', more)
  socket.write(settings)
  more()
}

for (const [name, frames, outcome, times] of floods) {
  test(`a server that sends ${name} over HTTP/2 fails the case, and the run ends`, async () => {
    const start = performance.now()
    const server = (socket: Socket): void => void socket.once('data', () => flood(socket, frames, times))
    assert.match(await outcomeOf('http2/open', server, { http2: true }), outcome)
    assert.match(await outcomeOf('http2/framing/length/text-1', server, { http2: true }), /^fail: /)
    assert.ok(performance.now() - start < 10_000)
  })

  test(`a client that sends ${name} over HTTP/2 fails the case, and the run ends`, async () => {
    const start = performance.now()
    const report = await runClientSuite(
      async (url, signal) => {
        const { connect } = await import('node:net')
        const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
        socket.on('error', () => {})
        signal.addEventListener('abort', () => socket.destroy())
        socket.write(preface)
        flood(socket, frames, times)
        await new Promise((resolve) => socket.once('close', resolve))
      },
      { http2: true, only: ['http2/framing/length/text-1'], bounds },
    )
    assert.equal(report.results[0]!.verdict, 'fail', report.results[0]!.outcome)
    assert.doesNotMatch(report.results[0]!.outcome, /could not play/)
    assert.ok(performance.now() - start < 10_000)
  })
}

test('a case that nothing else ends is over after a time limit', async () => {
  const row = serverCases.find(({ id }) => id === 'framing/length/text-1')!
  const subject = { values: new Map(), extraFields: [], keysSeen: new Set<string>(), connect: () => new Promise<never>(() => {}) }
  const short = { answerMs: 10, silenceMs: 10, handshakeMs: 100, closeMs: 100, volumeMs: 100 }
  const result = await runCase(row, subject, { seed: 1, bounds: short, capabilities: new Set(), maxMessage: 0 })
  assert.deepEqual([result.verdict, result.outcome], ['fail', 'the case was not over after 1 s'])
})

test('the evidence of a case stays small, however much a peer sends', async () => {
  await using server = await ScriptedServer.listen(opened((socket) => flood(socket, Buffer.from('\x89\x7dx'.padEnd(127, 'x'), 'latin1'))))
  const { results } = await runServerSuite(server.url, { only: ['framing/length/text-1'], bounds })
  const size = results[0]!.exchange.reduce((sum, { bytes = '', text = '' }) => sum + bytes.length + text.length, 0)
  assert.ok(size < 100_000, String(size))
})
