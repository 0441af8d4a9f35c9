import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, deflateRawSync } from 'node:zlib'
import { DeflateDataError, DeflateOutputError } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { Decompressor, DecompressorPool } from '../../../../src/runtime/node/zlib/decompressor-pool.ts'
import { HandleInflater } from '../../../../src/runtime/node/zlib/handle-inflater.ts'
import { inflate } from '../../../core/extensions/permessage-deflate/finished.ts'

const deflated = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
const limits = { output: 1e9, streams: 16 }
const makePool = (): DecompressorPool => new DecompressorPool(() => undefined)
const open = (pool: DecompressorPool, asyncAbove = 32_768, contextTakeover = true): HandleInflater =>
  new HandleInflater(pool, { windowBits: 12, contextTakeover }, asyncAbove)
const unexpected = (): never => assert.fail('the result of a cancelled message')

/** Enough turns for everything that was begun. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await setImmediate()
}

test('a hundred connections share one decompressor and hold only their windows', async () => {
  const pool = makePool()
  const message = Buffer.alloc(10_000, 'message ')
  for (let i = 0; i < 100; i++) {
    const inflater = open(pool, 1e6, i % 2 === 0)
    assert.deepEqual(Buffer.from(await inflate(inflater, deflated(message))), message)
    assert.equal(inflater.heldBytes, i % 2 === 0 ? 4096 : 0)
  }
  assert.equal(pool.size, 1)
})

test('yields to the event loop within a small message that grows large, and serves other connections meanwhile', async () => {
  const pool = makePool()
  const wire = deflated(Buffer.alloc(3_000_000))
  const large = open(pool)
  assert.ok(wire.length < 32_768)
  let result: Uint8Array | Error | undefined
  assert.equal(
    large.inflate(wire, limits, (inflated) => (result = inflated)),
    undefined,
  )
  assert.ok(large.heldBytes > Decompressor.bytes(12) + 262_144, 'the output so far is counted')
  assert.equal(Buffer.from(await inflate(open(pool), deflated(Buffer.from('meanwhile')))).toString(), 'meanwhile')
  while (result === undefined) await setImmediate()
  assert.equal((result as Uint8Array).length, 3_000_000)
  assert.equal(pool.size, 2)
})

test('yields to the event loop within a message of many streams [RFC 7692 §7.2.3.4]', async () => {
  const pool = makePool()
  const wire = Buffer.alloc(2000)
  for (let at = 0; at < wire.length; at += 2) wire[at] = 0x03
  const inflater = open(pool)
  let result: Uint8Array | Error | undefined
  inflater.inflate(wire, { output: 1e6, streams: 2000 }, (inflated) => (result = inflated))
  let turns = 0
  for (; result === undefined; turns++) await setImmediate()
  assert.equal((result as Uint8Array).length, 0)
  assert.ok(turns > 20, `${turns} turns`)
})

test('defers messages to the next turn when many small ones in one turn grow large', async () => {
  const pool = makePool()
  const wire = deflated(Buffer.alloc(100_000))
  const results: number[] = []
  let atOnce = 0
  for (let i = 0; i < 50; i++) {
    const inflated = open(pool).inflate(wire, limits, (result) => results.push((result as Uint8Array).length))
    if (inflated !== undefined) atOnce++
  }
  assert.ok(atOnce < 15, `${atOnce} at once`)
  while (results.length < 50 - atOnce) await setImmediate()
  assert.ok(results.every((length) => length === 100_000))
  await settle()
  assert.equal(open(pool).inflate(wire, limits, unexpected)?.length, 100_000, 'the next turn begins anew')
})

test('cancels work in progress when its connection ends, and gives the decompressor back', async () => {
  for (const asyncAbove of [32_768, 0]) {
    const pool = makePool()
    const inflater = open(pool, asyncAbove)
    assert.equal(inflater.inflate(deflated(Buffer.alloc(3_000_000)), limits, unexpected), undefined)
    inflater.dispose()
    assert.equal(inflater.heldBytes, 0)
    await settle()
    assert.equal(inflater.heldBytes, 0)
    pool.sweep()
    pool.sweep()
    assert.equal(pool.size, 0)
  }
})

test('continues in its own decompressor where a stream ends inside a large message [RFC 7692 §7.2.3.4]', async () => {
  for (const contextTakeover of [true, false]) {
    const pool = makePool()
    const text = Buffer.from('the window outlives the end of a stream '.repeat(8))
    const inflater = open(pool, 0, contextTakeover)
    const wire = Buffer.concat([deflateRawSync(text), deflateRawSync(text, { dictionary: text }), Buffer.of(0)])
    assert.deepEqual(Buffer.from(await inflate(inflater, wire)), Buffer.concat([text, text]))
    assert.equal(pool.size, 1)
    await assert.rejects(inflate(inflater, wire, { output: 2 * text.length - 1 }), DeflateOutputError)
    inflater.dispose()
  }
})

test('an error reaches the caller and leaves nothing to the next connection', async () => {
  const pool = makePool()
  const secret = deflated(Buffer.from('of another connection '.repeat(20)))
  const bad = open(pool)
  await inflate(bad, secret)
  await assert.rejects(inflate(bad, Buffer.of(0xff)), DeflateDataError)
  bad.dispose()
  // A distance of 1 before the first byte of this connection.
  await assert.rejects(inflate(open(pool), Buffer.of(0x02, 0x00, 0x00)), DeflateDataError)
  assert.equal(Buffer.from(await inflate(open(pool), deflated(Buffer.from('fine')))).toString(), 'fine')
  assert.equal(pool.size, 2, 'a disposed one is used again, one with an error is not')
})
