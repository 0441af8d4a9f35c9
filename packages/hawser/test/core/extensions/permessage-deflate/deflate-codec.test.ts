import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import {
  DeflateDataError,
  DeflateOutputError,
  DeflateStreamsError,
  type DeflateCodec,
} from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { createDeflateCodec } from '../../../../src/runtime/node/zlib/permessage-deflate.ts'
import { deflate, inflate } from './finished.ts'

const TAIL = Buffer.from([0, 0, 0xff, 0xff])
const native = createDeflateCodec()
assert.ok(native.native, 'the handle works on this runtime, so both codecs are tested')
const codecs: [string, DeflateCodec][] = [
  ['native handle', native],
  ['native handle with one compressor', createDeflateCodec({ maxCompressors: 1 })],
  ['native handle, thread pool from 1 byte', createDeflateCodec({ asyncAbove: 0 })],
  ['native handle, thread pool from 200 bytes', createDeflateCodec({ asyncAbove: 200 })],
  ['public API', createDeflateCodec({ zlib: 'public' })],
  ['public API, thread pool from 200 bytes', createDeflateCodec({ zlib: 'public', asyncAbove: 200 })],
]

/** Bytes with repetitions near and far, as messages have. */
const message = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 8 })
  .map((parts) => Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))))
const conversation = fc.array(message, { minLength: 1, maxLength: 6 })
const direction = fc.record({ windowBits: fc.integer({ min: 8, max: 15 }), contextTakeover: fc.boolean() })

/** A window as the beginning of the stream: what `dictionary` does, except on Deno, which ignores it for raw DEFLATE. */
function storedBlock(window: Buffer): Buffer {
  if (window.length === 0) return window
  const header = Buffer.alloc(5)
  header.writeUInt16LE(window.length, 1)
  header.writeUInt16LE(window.length ^ 0xffff, 3)
  return Buffer.concat([header, window])
}

for (const [name, codec] of codecs) {
  test(`${name}: node:zlib inflates what it deflates, at every window size, with takeover and without [RFC 7692 §7.2.1]`, async () => {
    await fc.assert(
      fc.asyncProperty(direction, conversation, async (options, messages) => {
        const deflater = codec.deflater(options)
        let history = Buffer.alloc(0)
        for (const bytes of messages) {
          const wire = await deflate(deflater, bytes)
          assert.deepEqual(Buffer.from(wire.subarray(-4)), TAIL)
          const window = options.contextTakeover ? history : Buffer.alloc(0)
          const stream = Buffer.concat([storedBlock(window), wire])
          const back = inflateRawSync(stream, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: options.windowBits })
          assert.deepEqual(back.subarray(window.length), bytes)
          history = Buffer.concat([history, bytes]).subarray(-(2 ** options.windowBits))
        }
        deflater.dispose()
        assert.equal(deflater.heldBytes, 0)
      }),
      { numRuns: 60 },
    )
  })

  test(`${name}: inflates what node:zlib deflates [RFC 7692 §6.2, §7.2.2]`, async () => {
    await fc.assert(
      fc.asyncProperty(direction, conversation, async (options, messages) => {
        const inflater = codec.inflater(options)
        let history = Buffer.alloc(0)
        for (const bytes of messages) {
          const dictionary = options.contextTakeover && history.length > 0 ? { dictionary: history } : {}
          const windowBits = Math.max(9, options.windowBits)
          const wire = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, windowBits, ...dictionary }).subarray(0, -4)
          assert.deepEqual(Buffer.from(await inflate(inflater, wire, { output: bytes.length, streams: 1 })), bytes)
          history = Buffer.concat([history, bytes]).subarray(-(2 ** options.windowBits))
        }
        inflater.dispose()
        assert.equal(inflater.heldBytes, 0)
      }),
      { numRuns: 60 },
    )
  })

  test(`${name}: limits the output to the byte [CVE-2026-54490]`, async () => {
    const bytes = Buffer.alloc(3000, 'limit ')
    const wire = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    for (const contextTakeover of [true, false]) {
      const fits = codec.inflater({ windowBits: 15, contextTakeover })
      assert.deepEqual(Buffer.from(await inflate(fits, wire, { output: 3000 })), bytes)
      for (const output of [2999, 1, 0]) {
        const exceeds = codec.inflater({ windowBits: 15, contextTakeover })
        await assert.rejects(inflate(exceeds, wire, { output }), DeflateOutputError)
        exceeds.dispose()
      }
    }
  })

  test(`${name}: refuses bytes that are not DEFLATE, and a message that ends inside a block [RFC 7692 §7.2.2]`, async () => {
    const whole = deflateRawSync(Buffer.from('a message that is cut'), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    for (const bad of [Buffer.from([0xff]), Buffer.from([0x07, 1, 2]), whole.subarray(0, 10), whole.subarray(0, -2), Buffer.concat([whole, TAIL])]) {
      for (const contextTakeover of [true, false]) {
        const inflater = codec.inflater({ windowBits: 15, contextTakeover })
        await assert.rejects(inflate(inflater, bad), DeflateDataError)
        inflater.dispose()
      }
    }
  })

  test(`${name}: continues after a block with BFINAL, with its window [RFC 7692 §7.2.3.4]`, async () => {
    const text = Buffer.from('the window outlives the end of a stream '.repeat(8))
    const inflater = codec.inflater({ windowBits: 12, contextTakeover: true })
    const first = deflateRawSync(text)
    assert.deepEqual(Buffer.from(await inflate(inflater, Buffer.concat([first, Buffer.of(0)]))), text)
    const again = deflateRawSync(text, { dictionary: text })
    const many = Buffer.concat([again, first, again, Buffer.from([0x00, 0x02, 0x00, 0xfd, 0xff, 0x68, 0x69]), again])
    const expected = Buffer.concat([text, text, text, Buffer.from('hi'), text])
    const referring = deflateRawSync(text, { dictionary: Buffer.concat([expected.subarray(0, -text.length)]) })
    assert.deepEqual(Buffer.from(await inflate(inflater, Buffer.concat([many.subarray(0, -again.length), referring, Buffer.of(0)]))), expected)
    // The last byte of a message may end a stream, although section 7.2.3.4 asks for one more.
    assert.deepEqual(Buffer.from(await inflate(inflater, first)), text)
    assert.deepEqual(Buffer.from(await inflate(inflater, Buffer.concat([again, Buffer.of(0)]))), text)
    inflater.dispose()
  })

  test(`${name}: counts the streams of a message [RFC 7692 §7.2.3.4]`, async () => {
    const text = Buffer.from('as many streams as allowed, ')
    const streams = (count: number): Buffer => Buffer.concat([...Array.from({ length: count }, () => deflateRawSync(text)), Buffer.of(0)])
    for (const contextTakeover of [true, false]) {
      const inflater = codec.inflater({ windowBits: 15, contextTakeover })
      assert.equal((await inflate(inflater, streams(19), { streams: 20 })).length, 19 * text.length)
      await assert.rejects(inflate(inflater, streams(20), { streams: 20 }), DeflateStreamsError)
      inflater.dispose()
    }
  })
}

test('a persistent stream of node:zlib with takeover and every codec understand each other for a hundred messages', async () => {
  for (const [, codec] of codecs) {
    const stream = createDeflateRaw({ windowBits: 10 })
    const sink = createInflateRaw({ windowBits: 10 })
    const inflater = codec.inflater({ windowBits: 10, contextTakeover: true })
    const deflater = codec.deflater({ windowBits: 10, contextTakeover: true })
    for (let i = 0; i < 100; i++) {
      const bytes = Buffer.from(JSON.stringify({ i, name: `user ${i % 7}`, text: 'repeated text '.repeat(i % 40) }))
      const compressed = await flushed(stream, bytes)
      assert.deepEqual(Buffer.from(await inflate(inflater, compressed.subarray(0, -4))), bytes)
      assert.deepEqual(await flushed(sink, await deflate(deflater, bytes)), bytes)
    }
    stream.close()
    sink.close()
  }
})

function flushed(stream: ReturnType<typeof createDeflateRaw> | ReturnType<typeof createInflateRaw>, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.write(bytes)
    stream.flush(constants.Z_SYNC_FLUSH, () => {
      const chunks: Buffer[] = []
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) chunks.push(chunk)
      stream.off('error', reject)
      resolve(Buffer.concat(chunks))
    })
  })
}
