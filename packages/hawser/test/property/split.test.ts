import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { acceptKey } from '../../src/core/handshake/index.ts'
import { serializeFrame } from '../../src/core/protocol/index.ts'
import { connect, serve } from '../../src/index.ts'
import { nodePlatform } from '../../src/runtime/node/platform.ts'
import { pair, settle } from '../../src/testing/index.ts'
import { receive } from '../peers/end-over.ts'
import type { Outcome } from '../peers/end-over.ts'
import { openingRequest, RawClient } from '../peers/raw-client.ts'

type Role = 'client' | 'server'

interface FrameSketch {
  readonly opcode: number
  readonly payload?: string | Uint8Array
  readonly fin?: boolean
  readonly rsv?: number
}

/** Frames as the peer of this role sends them. */
function wire(receiver: Role, frames: readonly FrameSketch[]): Uint8Array {
  const masked = receiver === 'server' ? { maskingKey: 0x3a_f1_07_c4 } : {}
  return new Uint8Array(
    Buffer.concat(
      frames.map(({ opcode, payload = '', fin = true, rsv = 0 }) =>
        serializeFrame({ opcode, fin, rsv, payload: new Uint8Array(typeof payload === 'string' ? Buffer.from(payload) : payload), ...masked }),
      ),
    ),
  )
}

const fox = Buffer.from('🦊ß')

const exchange: readonly FrameSketch[] = [
  { opcode: 1, payload: 'grüße' },
  { opcode: 1 },
  { opcode: 2, payload: new Uint8Array([0, 255, 128]) },
  { opcode: 1, payload: new Uint8Array(fox.subarray(0, 1)), fin: false },
  { opcode: 9, payload: 'between' },
  { opcode: 0, payload: new Uint8Array(fox.subarray(1, 5)), fin: false },
  { opcode: 10 },
  { opcode: 0, fin: false },
  { opcode: 0, payload: new Uint8Array(fox.subarray(5)) },
  { opcode: 2, payload: new Uint8Array(130).fill(7) },
  { opcode: 1, payload: 'last' },
  { opcode: 8, payload: new Uint8Array([0x0f, 0xa0, 0x62, 0x79, 0x65]) },
  { opcode: 1, payload: 'after the Close frame' },
]

const expectedMessages = ['grüße', '', [0, 255, 128], '🦊ß', Array.from({ length: 130 }, () => 7), 'last']

/** What a peer may do wrong, and the code it is failed with. */
const violations: readonly (readonly [what: string, frames: readonly FrameSketch[], code: number])[] = [
  ['an unknown opcode', [{ opcode: 3, payload: 'abc' }], 1002],
  ['RSV1 without an extension', [{ opcode: 1, rsv: 0x40, payload: 'abc' }], 1002],
  ['a fragmented Ping', [{ opcode: 9, fin: false }], 1002],
  ['a Ping of 126 bytes', [{ opcode: 9, payload: 'x'.repeat(126) }], 1002],
  ['a continuation of nothing', [{ opcode: 0, payload: 'abc' }], 1002],
  ['a message within a message', [{ opcode: 1, fin: false }, { opcode: 1 }], 1002],
  ['text that is not UTF-8', [{ opcode: 1, payload: new Uint8Array([0x61, 0xc0, 0xaf]) }], 1007],
  ['text that ends within a character', [{ opcode: 1, fin: false, payload: new Uint8Array([0xf0, 0x9f]) }, { opcode: 0 }], 1007],
  ['a Close frame of one byte', [{ opcode: 8, payload: 'x' }], 1002],
  ['close code 1005', [{ opcode: 8, payload: new Uint8Array([0x03, 0xed]) }], 1002],
  ['a reason that is not UTF-8', [{ opcode: 8, payload: new Uint8Array([0x03, 0xe8, 0xff]) }], 1007],
  ['a message that is too large', [{ opcode: 2, payload: new Uint8Array(100_001) }], 1009],
  ['too many fragments', [{ opcode: 2, fin: false }, ...Array.from({ length: 12 }, () => ({ opcode: 0, fin: false }))], 1009],
]

function cutAt(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const cuts = [0, ...positions, bytes.length]
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

function checkExchange(outcome: Outcome): void {
  assert.deepEqual(outcome.messages, expectedMessages)
  assert.deepEqual([outcome.info.code, outcome.info.reason, outcome.info.wasClean, outcome.answered], [4000, 'bye', true, 4000])
}

function cuts(length: number): fc.Arbitrary<number[]> {
  return fc.uniqueArray(fc.integer({ min: 1, max: length - 1 }), { maxLength: 12 }).map((positions) => positions.toSorted((a, b) => a - b))
}

for (const role of ['server', 'client'] as const) {
  test(`${role}: an exchange means the same in one piece, byte by byte, and cut at every position [S12.2, RFC 6455 §5.4]`, async () => {
    const bytes = wire(role, exchange)
    checkExchange(await receive(role, [bytes]))
    checkExchange(await receive(role, cutAt(bytes, [...bytes.keys()].slice(1))))
    for (let at = 1; at < bytes.length; at++) checkExchange(await receive(role, cutAt(bytes, [at])))
  })

  test(`${role}: an exchange means the same however it is cut (fast-check)`, async () => {
    const bytes = wire(role, exchange)
    await fc.assert(
      fc.asyncProperty(cuts(bytes.length), async (positions) => checkExchange(await receive(role, cutAt(bytes, positions)))),
      { numRuns: 60 },
    )
  })

  test(`${role}: any messages in any fragments and any pieces arrive as they were sent (fast-check)`, async () => {
    const part = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(new Uint8Array(70_000).fill(3)))
    const message = fc.array(part, { minLength: 1, maxLength: 5 }).filter((parts) => parts.reduce((sum, one) => sum + one.length, 0) <= 100_000)
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        async (sent, places) => {
          const frames = sent.flatMap((parts) =>
            parts.map((payload, index) => ({ opcode: index === 0 ? 2 : 0, fin: index === parts.length - 1, payload })),
          )
          const bytes = wire(role, [...frames, { opcode: 8 }])
          const positions = [...new Set(places.map((place) => 1 + Math.floor(place * (bytes.length - 2))))].toSorted((a, b) => a - b)
          const { messages, info } = await receive(role, cutAt(bytes, positions))
          assert.deepEqual([info.code, info.wasClean], [1005, true])
          assert.equal(messages.length, sent.length)
          for (const [index, parts] of sent.entries()) assert.ok(Buffer.compare(Buffer.concat(parts), Buffer.from(messages[index] as number[])) === 0)
        },
      ),
      { numRuns: 25 },
    )
  })

  test(`${role}: a violation fails with the same code in one piece, byte by byte and in random pieces, and what came before it is delivered`, async () => {
    for (const [what, frames, code] of violations) {
      const bytes = wire(role, [{ opcode: 1, payload: 'before' }, ...frames, { opcode: 1, payload: 'behind' }])
      // The last bytes of a large message matter to nobody.
      const everyByte = cutAt(bytes, [...bytes.keys()].slice(1, 200))
      const random = fc.sample(cuts(Math.min(bytes.length, 60)), { numRuns: 5, seed: 7 }).map((positions) => cutAt(bytes, positions))
      for (const chunks of [[bytes], everyByte, ...random]) {
        const { messages, info, answered } = await receive(role, chunks)
        assert.deepEqual([messages, info.error?.closeCode, info.wasClean, answered], [['before'], code, false, code], what)
      }
    }
  })

  test(`${role}: the end of the transport at every byte of an exchange is one close, and clean only behind the Close frame [RFC 6455 §7.1.4]`, async () => {
    const bytes = wire(role, exchange.slice(0, -1))
    for (let at = 0; at < bytes.length; at++) {
      const { messages, info } = await receive(role, at === 0 ? [] : [bytes.subarray(0, at)])
      assert.deepEqual([info.code, info.wasClean, info.initiator], [1006, false, 'network'])
      assert.deepEqual(messages, expectedMessages.slice(0, messages.length))
    }
  })
}

test('two ends whose bytes arrive in pieces of any size understand each other (fast-check)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()), { maxLength: 8 }),
      async (size, messages) => {
        const received: (string | Uint8Array)[] = []
        const ends = pair({
          server: { faults: { split: size }, message: (socket, message) => void socket.send(message) },
          client: { faults: { split: size }, message: (_socket, message) => void received.push(message) },
        })
        for (const message of messages) ends.client.send(message)
        const closing = ends.client.close(3000, 'bye')
        for (let turn = 0; turn < 100; turn++) await settle()
        assert.deepEqual([(await closing).wasClean, (await ends.server.closed).code], [true, 3000])
        assert.deepEqual(received, messages)
      },
    ),
    { numRuns: 40 },
  )
})

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('over a socket, the opening handshake and what follows it are cut at every byte: the server [S12.2]', async (t) => {
  const seen: string[] = []
  let ended: (() => void) | undefined
  const server = await serve({
    message: (socket, message) => {
      seen.push(String(message))
      socket.send(message)
    },
    close: () => ended?.(),
  })
  t.after(() => server.close())
  const request = new Uint8Array(Buffer.from(openingRequest('/')))
  const bytes = new Uint8Array(
    Buffer.concat([
      request,
      wire('server', [
        { opcode: 1, payload: 'ä' },
        { opcode: 8, payload: new Uint8Array([0x0f, 0xa0]) },
      ]),
    ]),
  )
  for (let at = 0; at < bytes.length; at++) {
    const end = new Promise<void>((resolve) => (ended = resolve))
    const client = await RawClient.to({ port: server.port })
    client.write(bytes.subarray(0, at))
    await turn()
    client.write(bytes.subarray(at))
    assert.equal((await client.response()).status, 101)
    assert.equal((await client.frame()).payload.toString(), 'ä')
    assert.deepEqual(await client.closeFrame(), { code: 4000, reason: '' })
    await client.end()
    client.socket.end()
    await end
    client.destroy()
  }
  assert.equal(seen.length, bytes.length)
})

test('over a socket, the response and what follows it are cut at every byte: the client [RFC 9110 §15.2]', async (t) => {
  let at = 0
  let length = 1
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let request = ''
    socket.on('error', () => undefined)
    socket.on('data', async (chunk) => {
      if (request.includes('\r\n\r\n')) return
      request += chunk.toString('latin1')
      const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(request)?.[1]
      if (!request.includes('\r\n\r\n') || key === undefined) return
      const head = `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key, nodePlatform.sha1Base64)}\r\n\r\n`
      const bytes = Buffer.concat([
        Buffer.from(head),
        wire('client', [
          { opcode: 1, payload: 'ä' },
          { opcode: 8, payload: new Uint8Array([0x0f, 0xa0]) },
        ]),
      ])
      length = bytes.length
      socket.write(bytes.subarray(0, at))
      await turn()
      socket.end(bytes.subarray(at))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => void server.close())
  const url = `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`
  for (; at < length; at++) {
    const socket = await connect(url)
    const messages: unknown[] = []
    for await (const message of socket) messages.push(message)
    const info = await socket.closed
    assert.deepEqual([messages, info.code, info.wasClean], [['ä'], 4000, true], `cut at ${at}`)
  }
  assert.ok(at > 150)
})
