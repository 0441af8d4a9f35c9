import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { DeflateDataError, DeflateStreamsError, type PieceInflater } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { DecompressorPool } from '../../../../src/runtime/node/zlib/decompressor-pool.ts'
import { HandlePieceInflater } from '../../../../src/runtime/node/zlib/handle-piece-inflater.ts'

const makePool = (): DecompressorPool => new DecompressorPool(() => undefined)
const open = (pool: DecompressorPool, contextTakeover = true): HandlePieceInflater =>
  new HandlePieceInflater(pool, { windowBits: 15, contextTakeover })
const deflated = (bytes: Uint8Array, dictionary?: Uint8Array): Buffer =>
  deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, ...(dictionary === undefined ? {} : { dictionary }) }).subarray(0, -4)

/** All output of one message, given in pieces of these lengths and a rest. */
async function inflate(inflater: PieceInflater, message: Uint8Array, lengths: readonly number[] = [], streams = 1000): Promise<Buffer> {
  const output: Uint8Array[] = []
  let at = 0
  for (const length of [...lengths, message.length]) {
    const end = Math.min(message.length, at + length)
    inflater.write(message.slice(at, end), end === message.length, at === 0 ? streams : 0)
    at = end
    for (;;) {
      let ready: (() => void) | undefined
      const waiting = new Promise<void>((resolve) => (ready = resolve))
      const next = inflater.read(() => ready?.())
      if (next === undefined) break
      if (next === 'later') await waiting
      else {
        assert.ok(next.length > 0 && next.length <= 65_536)
        output.push(Buffer.from(next))
      }
    }
    if (at === message.length) break
  }
  return Buffer.concat(output)
}

test('messages in any pieces come out as they were, with and without context takeover, also of several streams [RFC 7692 §7.2.3.4]', async () => {
  const words = fc.array(fc.constantFrom('hawser ', 'rope ', 'é', '\0'.repeat(300), 'x'.repeat(5000), '🦊'), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.tuple(words, fc.boolean(), fc.array(fc.nat(400), { maxLength: 30 })), { minLength: 1, maxLength: 4 }),
      async (contextTakeover, messages) => {
        const inflater = open(makePool(), contextTakeover)
        let history = Buffer.alloc(0)
        for (const [content, isSplit, lengths] of messages) {
          const text = Buffer.from(content.join(''))
          const before = contextTakeover && history.length > 0 ? history.subarray(-32_768) : undefined
          // Two streams: the first ends with BFINAL, and the second refers to what came before it.
          const half = isSplit ? text.length >> 1 : 0
          const first = half === 0 ? Buffer.alloc(0) : deflateRawSync(text.subarray(0, half), before === undefined ? {} : { dictionary: before })
          const dictionary = Buffer.concat([before ?? Buffer.alloc(0), text.subarray(0, half)]).subarray(-32_768)
          const second = deflated(text.subarray(half), dictionary.length === 0 ? undefined : dictionary)
          assert.deepEqual(await inflate(inflater, Buffer.concat([first, second]), lengths), text)
          history = Buffer.concat([history, text])
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a small piece that grows large comes out 64 KiB at a time, and the event loop turns meanwhile', async () => {
  const inflater = open(makePool())
  const message = deflated(Buffer.alloc(8_000_000))
  let turns = 0
  let finished = false
  const turning = (async () => {
    while (!finished) {
      await setImmediate()
      turns++
    }
  })()
  assert.equal((await inflate(inflater, message)).length, 8_000_000)
  finished = true
  await turning
  assert.ok(turns >= 7, `${turns} turns`)
})

test('a decompressor is lent for a message: between messages only the window is held', async () => {
  const pool = makePool()
  for (const contextTakeover of [true, false]) {
    const inflater = open(pool, contextTakeover)
    const message = deflated(Buffer.alloc(100_000, 'hawser'))
    inflater.write(message.subarray(0, 50), false, 10)
    inflater.read(() => undefined)
    assert.ok(inflater.heldBytes > 32_768)
    inflater.dispose()
    assert.equal(inflater.heldBytes, 0)
    await inflate(inflater, message)
    assert.ok(inflater.heldBytes <= 32_768)
  }
  assert.equal(pool.size, 1)
})

test('data that are no DEFLATE, that end inside a block, or that have too many streams are refused', async () => {
  await assert.rejects(inflate(open(makePool()), Buffer.from([0xff, 0xff])), DeflateDataError)
  const whole = deflated(Buffer.from('hawser '.repeat(100)))
  await assert.rejects(inflate(open(makePool()), whole.subarray(0, 10)), DeflateDataError)
  await assert.rejects(inflate(open(makePool()), Buffer.from([0x03, 0x00, 0x03, 0x00, 0x03, 0x00]), [2, 2], 2), DeflateStreamsError)
})

test('after dispose nobody is called back', async () => {
  const inflater = open(makePool())
  inflater.write(deflated(Buffer.alloc(4_000_000)), true, 1)
  let output: Uint8Array | 'later' | undefined
  do output = inflater.read(() => assert.fail('called back'))
  while (output !== 'later')
  inflater.dispose()
  await setImmediate()
  await setImmediate()
})
