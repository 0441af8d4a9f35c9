import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { DecompressorPool } from '../../../../src/runtime/node/zlib/decompressor-pool.ts'
import { SlidingWindow } from '../../../../src/runtime/node/zlib/sliding-window.ts'

const deflated = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
/** Pieces of streams: what costs most for its size, good and bad. */
const piece = fc.oneof(
  fc.constant(Buffer.of(0x03, 0x00)),
  fc.constant(Buffer.from('010000ffff', 'hex')),
  fc.constant(Buffer.from('000000ffff', 'hex')),
  fc.constant(deflated(Buffer.alloc(200_000))),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => deflated(bytes)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => deflateRawSync(bytes)),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
)
const message = fc
  .array(fc.tuple(piece, fc.integer({ min: 1, max: 300 })), { minLength: 1, maxLength: 8 })
  .map((parts) => Buffer.concat(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))))

test('a message of n bytes costs at most c·n work, in steps that are bounded, and holds at most its input, output and one decompressor', () => {
  const output = 1_048_576
  fc.assert(
    fc.property(message, fc.boolean(), (wire, takeover) => {
      let work = 0
      const pool = new DecompressorPool(() => undefined)
      pool.turn.add = (more) => {
        assert.ok(more < 262_144 + 65_536 + 8 * 32_768 + 8192, `${more} in one step`)
        work += more
      }
      const window = new SlidingWindow(15)
      window.append(Buffer.alloc(40_000, 'window '))
      const decompressor = pool.acquire(15)
      // As the session counts.
      const limits = { output, streams: 16 + Math.floor(wire.length / 1024) }
      decompressor.begin(wire, takeover ? window : undefined, limits)
      let most = 0
      try {
        while (!decompressor.step()) most = Math.max(most, decompressor.heldBytes)
      } catch {
        most = Math.max(most, decompressor.heldBytes)
      }
      pool.release(decompressor)
      const n = wire.length + 10
      assert.ok(work <= (1032 + 8 + 8) * n + 17 * 8192, `${work} for ${n} bytes`)
      assert.ok(most <= n + output + 65_536 + 2 * 32_768 + 7168, `${most} held for ${n} bytes`)
      assert.ok(decompressor.heldBytes <= 10 + 2 * 32_768 + 7168, 'nothing of the message is held afterwards')
    }),
    { numRuns: 150 },
  )
})

test('lends the decompressor of the same window that was used last, and closes those that lie idle', () => {
  const pool = new DecompressorPool(() => undefined)
  const [one, other] = [pool.acquire(12), pool.acquire(15)]
  assert.equal(pool.size, 2)
  pool.release(one)
  pool.release(other)
  assert.equal(pool.acquire(12), one)
  pool.sweep()
  assert.equal(pool.sweep(), true, 'one is lent')
  assert.equal(pool.size, 1)
  pool.release(one)
  pool.sweep()
  assert.equal(pool.sweep(), false)
})
