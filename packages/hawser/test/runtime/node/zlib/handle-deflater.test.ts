import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, inflateRawSync } from 'node:zlib'
import { CompressorPool } from '../../../../src/runtime/node/zlib/compressor-pool.ts'
import { HandleDeflater } from '../../../../src/runtime/node/zlib/handle-deflater.ts'
import { deflate } from '../../../core/extensions/permessage-deflate/finished.ts'

const levels = { level: 6, memLevel: 5 }
const text = Buffer.from('a sentence that is sent twice '.repeat(6))
const size = async (deflater: HandleDeflater): Promise<number> => (await deflate(deflater, text)).length

test('a connection that needs a compressor takes the one used longest ago, whose owner forgets its window only', async () => {
  const pool = new CompressorPool(levels, 2, () => undefined)
  const [a, b, c] = [0, 1, 2].map(() => new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 1e6)) as [
    HandleDeflater,
    HandleDeflater,
    HandleDeflater,
  ]
  const fresh = await size(a)
  assert.equal(await size(b), fresh)
  assert.ok((await size(a)) < fresh)
  assert.equal(await size(c), fresh)
  assert.equal(pool.size, 2)
  assert.equal(b.heldBytes, 0, 'b was used longest ago')
  assert.ok((await size(a)) < fresh)
  assert.equal(await size(b), fresh)
  assert.equal(c.heldBytes, 0)
  for (const deflater of [a, b, c]) deflater.dispose()
  assert.equal(pool.size, 2, 'free ones wait for the next connection')
  pool.sweep()
  pool.sweep()
  assert.equal(pool.size, 0)
})

test('the window is empty after a message that the thread pool compressed, which it would lack', async () => {
  const pool = new CompressorPool(levels, 2, () => undefined)
  const deflater = new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 100)
  let sent = Buffer.alloc(0)
  for (const message of ['a short sentence, sent before and after', 'a longer message '.repeat(10), 'a short sentence, sent before and after']) {
    const bytes = Buffer.from(message)
    const wire = await deflate(deflater, bytes)
    const dictionary = sent.length === 0 ? {} : { dictionary: sent }
    assert.equal(inflateRawSync(wire, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: 12, ...dictionary }).toString(), message)
    sent = Buffer.concat([sent, bytes])
  }
  deflater.dispose()
})

test('a compressor of a connection that ended starts with an empty window for the next', async () => {
  const pool = new CompressorPool(levels, 1, () => undefined)
  const first = new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 1e6)
  const wire = await deflate(first, text)
  first.dispose()
  const next = new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 1e6)
  assert.deepEqual(await deflate(next, text), wire)
  next.dispose()
})

test('any number of connections without context takeover share one compressor', async () => {
  const pool = new CompressorPool(levels, 100, () => undefined)
  const deflaters = Array.from({ length: 50 }, () => new HandleDeflater(pool, { windowBits: 12, contextTakeover: false }, 1e6))
  const wires = await Promise.all(deflaters.map((deflater) => deflate(deflater, text)))
  for (const wire of wires) assert.deepEqual(wire, wires[0])
  assert.equal(pool.size, 1)
  assert.equal(
    deflaters.reduce((sum, { heldBytes }) => sum + heldBytes, 0),
    0,
  )
})

test('different windows never share a compressor, and the bound holds for all together', async () => {
  const pool = new CompressorPool(levels, 3, () => undefined)
  for (let round = 0; round < 2; round++) {
    for (let windowBits = 8; windowBits <= 15; windowBits++) {
      for (const contextTakeover of [true, false]) await size(new HandleDeflater(pool, { windowBits, contextTakeover }, 1e6))
      assert.ok(pool.size <= 3)
    }
  }
})

test('cancels asynchronous work when its connection ends, in threads and in slices', async () => {
  for (const exist of [true, false]) {
    const pool = new CompressorPool(levels, 1, () => undefined)
    const deflater = new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 100, { exist })
    assert.equal(
      deflater.deflate(Buffer.alloc(1_000_000), true, () => assert.fail('the result of a cancelled message')),
      undefined,
    )
    assert.ok(deflater.heldBytes >= 1_000_000)
    deflater.dispose()
    assert.equal(deflater.heldBytes, 0)
    for (let turns = 0; turns < 50; turns++) await setImmediate()
  }
})

test('sends nothing of another connection when zlib fails, and closes that compressor', () => {
  const pool = new CompressorPool(levels, 1, () => undefined)
  const one = new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 1e6)
  one.deflate(Buffer.from('of the first connection'), true, () => undefined)
  one.dispose()
  const compressor = pool.acquire({ lost: () => undefined }, 12)
  compressor.handle.write = function (): void {
    this.error = new Error('insufficient memory')
  }
  pool.release(compressor)
  const other = new HandleDeflater(pool, { windowBits: 12, contextTakeover: true }, 1e6)
  assert.throws(() => other.deflate(Buffer.from('of the second'), true, () => undefined), /insufficient memory/)
  assert.equal(pool.size, 0)
  assert.equal(other.heldBytes, 0)
  assert.ok(other.deflate(Buffer.from('of the second'), true, () => undefined) instanceof Uint8Array)
})
