import assert from 'node:assert/strict'
import { nextTick } from 'node:process'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, deflateRaw, inflateRawSync } from 'node:zlib'
import { CompressorPool } from '../../../../src/runtime/node/zlib/compressor-pool.ts'
import { DecompressorPool } from '../../../../src/runtime/node/zlib/decompressor-pool.ts'
import { HandleDeflater } from '../../../../src/runtime/node/zlib/handle-deflater.ts'
import { HandleInflater } from '../../../../src/runtime/node/zlib/handle-inflater.ts'
import { ZlibThreads } from '../../../../src/runtime/node/zlib/threads.ts'
import { deflate, inflate } from '../../../core/extensions/permessage-deflate/finished.ts'

test('a zlib that calls back before the event loop turns has no threads', async () => {
  const inTicks = new ZlibThreads((callback) => nextTick(() => nextTick(callback)))
  const later = new ZlibThreads((callback) => void setImmediate().then(callback))
  const own = new ZlibThreads()
  let turned = false
  const called = new Promise<boolean>((resolve) => deflateRaw(Buffer.alloc(1_000_000), () => resolve(turned)))
  await setImmediate()
  turned = true
  assert.equal(inTicks.exist, false)
  assert.equal(later.exist, true)
  assert.equal(own.exist, await called, 'the trial tells what a large input shows')
})

test('without threads large messages are worked on in slices, between which the event loop turns', async () => {
  const none = { exist: false }
  const pool = new CompressorPool({ level: 6, memLevel: 5 }, 2, () => undefined)
  const options = { windowBits: 10, contextTakeover: true }
  const deflater = new HandleDeflater(pool, options, 32_768, none)
  const inflater = new HandleInflater(new DecompressorPool(() => undefined), options, 32_768, none)
  const large = Buffer.from(JSON.stringify(Array.from({ length: 60_000 }, (_, i) => ({ i, square: i * i }))))
  for (const message of [Buffer.from('small, small, small'), large, Buffer.from('small, small, small')]) {
    let turns = 0
    let done = false
    const spinning = (async () => {
      for (; !done; turns++) await setImmediate()
    })()
    const wire = await deflate(deflater, message)
    const compressing = turns
    assert.ok(inflateRawSync(wire, { finishFlush: constants.Z_SYNC_FLUSH, windowBits: 10 }).equals(message))
    assert.ok(Buffer.from(await inflate(inflater, wire.subarray(0, -4))).equals(message))
    done = true
    await spinning
    if (message !== large) continue
    assert.ok(compressing > large.length / 65_536 - 2, `${compressing} turns while compressing`)
    assert.ok(turns - compressing > large.length / 262_144 - 2, `${turns - compressing} turns while decompressing`)
  }
  deflater.dispose()
  inflater.dispose()
})
