/** A streamed message is the message: whatever its frames, its compression and the pieces of the transport, the content and the failure are those of whole messages. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { serializeFrame } from '../../src/core/protocol/index.ts'
import { connect, permessageDeflate } from '../../src/index.ts'
import type { MessageStream } from '../../src/index.ts'
import { pair, settle } from '../../src/testing/index.ts'
import { clientFrame, openingRequest, type RawClient } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const compressed = { 'Sec-WebSocket-Extensions': 'permessage-deflate' }

function deflate(bytes: Uint8Array): Buffer {
  return deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
}

/** What one of the ways to take a message gives, as text or bytes. */
const ways: ((message: MessageStream) => Promise<string | Uint8Array>)[] = [
  (message) => (message.isText ? message.text() : message.bytes()),
  async (message) => {
    const chunks: (string | Uint8Array)[] = []
    for await (const chunk of message) chunks.push(chunk)
    return message.isText ? chunks.join('') : new Uint8Array(Buffer.concat(chunks as Uint8Array[]))
  },
  async (message) => {
    const chunks: (string | Uint8Array)[] = []
    for (const reader = message.stream().getReader(); ; ) {
      const { done, value } = await (reader as ReadableStreamDefaultReader<string | Uint8Array>).read()
      if (done) break
      chunks.push(value)
      await setImmediate()
    }
    return message.isText ? chunks.join('') : new Uint8Array(Buffer.concat(chunks as Uint8Array[]))
  },
]

const part = fc.oneof(fc.constantFrom('', 'a', 'é', '€', '🦊', 'x'.repeat(700), '🦊'.repeat(20_000)), fc.string({ unit: 'grapheme', maxLength: 30 }))
const message = fc.record({ parts: fc.array(part, { minLength: 1, maxLength: 6 }), isText: fc.boolean(), compress: fc.boolean(), way: fc.nat(2) })

test('random messages, fragments, compression and pieces of the transport give the same content as whole messages (fast-check)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.constantFrom([], [permessageDeflate()], [permessageDeflate({ zlib: 'public' })]),
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 0, max: 70_000 }),
      async (messages, extensions, capacity, receiveBuffer) => {
        const received: (string | Uint8Array)[][] = []
        for (const streams of [false, true]) {
          const got: (string | Uint8Array)[] = []
          const { client } = pair({
            extensions,
            capacity,
            server: streams
              ? { limits: { receiveBuffer }, stream: async (_socket, one) => void got.push(await ways[messages[got.length]?.way ?? 0]!(one)) }
              : { message: (_socket, one) => void got.push(one) },
          })
          for (const { parts, isText, compress } of messages) {
            void client.sendStream(
              (async function* () {
                for (const piece of parts) yield isText ? piece : new Uint8Array(Buffer.from(piece))
              })() as AsyncIterable<string>,
              { compress },
            )
          }
          while (got.length < messages.length) await setImmediate()
          client.terminate()
          received.push(got)
        }
        assert.deepEqual(received[1], received[0])
        assert.deepEqual(
          received[0],
          messages.map(({ parts, isText }) => (isText ? parts.join('') : new Uint8Array(Buffer.from(parts.join(''))))),
        )
      },
    ),
    { numRuns: 60 },
  )
})

/** What a hostile client sends behind the opening handshake, and the code that it is failed with, in both modes. */
const hostile: readonly (readonly [what: string, fields: Record<string, string>, bytes: Uint8Array[], code: number])[] = [
  ['invalid UTF-8 in the middle', {}, [clientFrame(1, Uint8Array.of(0x61, 0xc0, 0xaf)), clientFrame(1, 'x')], 1007],
  ['text that ends inside a character', {}, [clientFrame(1, Uint8Array.of(0xf0, 0x9f), { fin: false }), clientFrame(0, '')], 1007],
  ['a data frame in the middle of a message', {}, [clientFrame(1, 'a', { fin: false }), clientFrame(1, 'b')], 1002],
  ['RSV1 without an extension', {}, [clientFrame(1, 'a', { rsv: 0x40 })], 1002],
  ['RSV2 beside permessage-deflate', compressed, [clientFrame(1, deflate(Buffer.from('a')), { rsv: 0x60 })], 1002],
  [
    'RSV1 on a continuation',
    compressed,
    [clientFrame(1, deflate(Buffer.from('a')), { rsv: 0x40, fin: false }), clientFrame(0, '', { rsv: 0x40 })],
    1002,
  ],
  ['an unmasked frame', {}, [clientFrame(1, 'a', { masked: false })], 1002],
  ['a message above the limit', {}, [clientFrame(2, new Uint8Array(60_000), { fin: false }), clientFrame(0, new Uint8Array(60_000))], 1009],
  ['a compressed message above the limit', compressed, [clientFrame(2, deflate(Buffer.alloc(200_000)), { rsv: 0x40 })], 1009],
  ['data that are no DEFLATE', compressed, [clientFrame(2, Uint8Array.of(0xff, 0xff, 0xff), { rsv: 0x40 })], 1007],
  ['compressed data that end early', compressed, [clientFrame(2, deflate(Buffer.from('hello hello')).subarray(0, 5), { rsv: 0x40 })], 1007],
  ['compressed text that is not UTF-8', compressed, [clientFrame(1, deflate(Uint8Array.of(0xff)), { rsv: 0x40 })], 1007],
  ['a frame of 2^63 bytes', {}, [Uint8Array.of(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)], 1002],
  ['a frame of 2^62 bytes', {}, [Uint8Array.of(0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)], 1009],
  [
    'too many DEFLATE streams',
    compressed,
    [
      clientFrame(
        2,
        Buffer.alloc(200).map((_, i) => (i % 2 === 0 ? 3 : 0)),
        { rsv: 0x40 },
      ),
    ],
    1008,
  ],
]

for (const [what, fields, bytes, code] of hostile) {
  test(`${what} fails with ${code}, as for whole messages, and what came before is delivered`, async (t) => {
    for (const mode of ['whole', 'streams', 'streams without a limit'] as const) {
      if (mode === 'streams without a limit' && what.includes('above the limit')) continue
      const before: unknown[] = []
      const limits = { message: 100_000, ...(mode === 'streams' ? { streamedMessage: 100_000 } : {}) }
      const server = await serveFor(t, {
        extensions: [permessageDeflate()],
        limits,
        ...(mode === 'whole'
          ? { message: (_socket: unknown, one: unknown) => void before.push(one) }
          : {
              stream: async (_socket: unknown, one: MessageStream) => {
                let text = ''
                for await (const chunk of one) text += typeof chunk === 'string' ? chunk : ''
                before.push(text)
              },
            }),
      })
      const client = await server.client()
      client.write(openingRequest('/', fields), clientFrame(1, 'before'), ...bytes)
      await client.response()
      assert.equal((await client.closeFrame()).code, code, mode)
      assert.deepEqual(before, ['before'], mode)
      client.destroy()
    }
  })
}

async function opened(server: { client(): Promise<RawClient> }, fields: Record<string, string> = {}): Promise<RawClient> {
  const client = await server.client()
  client.write(openingRequest('/', fields))
  await client.response()
  return client
}

test('a decompression bomb is refused by maxRatio while no more than the buffer is held, and expandedPerSecond slows what is below it', async (t) => {
  let taken = 0
  const server = await serveFor(t, {
    extensions: [permessageDeflate()],
    limits: { memory: 1e9 },
    async stream(_socket, message) {
      for await (const chunk of message) {
        taken += chunk.length
        assert.ok((server.heldBytes ?? 0) < 400_000, `${server.heldBytes} bytes are held`)
      }
    },
  })
  const client = await opened(server, compressed)
  client.write(clientFrame(2, deflate(Buffer.alloc(40_000_000)), { rsv: 0x40 }))
  assert.equal((await client.closeFrame()).code, 1009)
  // 256 times the 39 kB that were sent.
  assert.ok(taken > 1_000_000 && taken < 11_000_000, `${taken} bytes were taken`)
})

test('expandedPerSecond counts a streamed message while it grows: with tooFast close it ends with 1008', async (t) => {
  let taken = 0
  const server = await serveFor(t, {
    extensions: [permessageDeflate({ maxRatio: Infinity })],
    limits: { expandedPerSecond: 1_000_000 },
    tooFast: 'close',
    async stream(_socket, message) {
      for await (const chunk of message) taken += chunk.length
    },
  })
  const client = await opened(server, compressed)
  client.write(clientFrame(2, deflate(Buffer.alloc(40_000_000)), { rsv: 0x40 }))
  assert.equal((await client.closeFrame()).code, 1008)
  assert.ok(taken < 6_000_000, `${taken} bytes were taken`)
})

test('expandedPerSecond pauses a streamed message in the middle, and lets it go on', async () => {
  const { client, clock, server } = pair({
    extensions: [permessageDeflate({ maxRatio: Infinity })],
    client: { limits: { message: 4_000_000 } },
    server: { messages: 'streams', limits: { expandedPerSecond: 500_000 } },
  })
  client.send(new Uint8Array(2_000_000))
  let taken = 0
  const message = await server.receiveStream()
  const taking = (async () => {
    for await (const chunk of message) taken += chunk.length
  })()
  for (let turns = 0; turns < 50; turns++) await setImmediate()
  const early = taken
  assert.ok(early >= 500_000 && early < 1_000_000, `${early} bytes in the first second`)
  for (let seconds = 0; seconds < 10 && taken < 2_000_000; seconds++) {
    await clock.advance(1000)
    for (let turns = 0; turns < 50; turns++) await setImmediate()
  }
  await taking
  assert.equal(taken, 2_000_000)
})

test('a client that stalls in the middle of a message, and answers Pings, is failed with 1008 after limits.incompleteMs', async () => {
  const { client, clock, server } = pair({
    server: { messages: 'streams', limits: { incompleteMs: 60_000 }, keepalive: { intervalMs: 10_000 } },
  })
  void client.sendStream(
    (async function* () {
      yield 'begun'
      await new Promise(() => undefined)
    })(),
  )
  const message = await server.receiveStream()
  const text = message.text()
  for (let i = 0; i < 13; i++) {
    await clock.advance(5000)
    await settle()
  }
  await assert.rejects(text, { name: 'ConnectionError', closeCode: 1008, fault: 'timeout' })
})

test('a reset in the middle of a message rejects its iteration, and the connection of another client goes on', async (t) => {
  const outcomes: unknown[] = []
  const server = await serveFor(t, {
    async stream(socket, message) {
      try {
        socket.send(await message.text())
      } catch (error) {
        outcomes.push((error as { code?: string }).code)
        throw error
      }
    },
  })
  const [broken, other] = [await opened(server), await opened(server)]
  broken.write(serializeFrame({ opcode: 1, payload: Buffer.from('abc'), maskingKey: 1 }).subarray(0, 7))
  await setImmediate()
  broken.socket.resetAndDestroy()
  other.write(clientFrame(1, 'hello'))
  assert.equal((await other.frame()).payload.toString(), 'hello')
  while (outcomes.length === 0) await setImmediate()
  assert.deepEqual(outcomes, ['HAWSER_CONNECTION'])
})

test('iterators and calls of receiveStream that share a connection drop no message of each other', async (t) => {
  const server = await serveFor(t, { messages: 'streams' })
  const taken: string[] = []
  const client = await connect(server.url)
  const socket = [...server.connections][0]!
  const pause = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
  }
  const iterate = async (turns: number): Promise<void> => {
    for await (const one of socket.streams()) {
      taken.push(await one.text())
      await pause(turns)
    }
  }
  const receive = async (turns: number): Promise<void> => {
    for (;;) {
      taken.push(await (await socket.receiveStream()).text())
      await pause(turns)
    }
  }
  const takers = Promise.allSettled([0, 1, 2, 3].flatMap((turns) => [iterate(turns), receive(turns)]))
  const sent = Array.from({ length: 500 }, (_, index) => `message ${index}`)
  for (const one of sent) client.send(one)
  await client.close()
  await takers
  assert.deepEqual(new Set(taken), new Set(sent))
})
