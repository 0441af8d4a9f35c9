import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { decompressorBytes, DecompressorPool, HandleInflater } from '../../../src/runtime/node/deflate-decompressors.ts'

const deflated = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { windowBits: 12, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)

test('a hundred connections share one decompressor and hold their windows only', async () => {
  const pool = new DecompressorPool(() => undefined)
  const message = Buffer.alloc(10_000, 'message ')
  for (let i = 0; i < 100; i++) {
    const inflater = new HandleInflater(pool, { windowBits: 12, contextTakeover: i % 2 === 0 }, 1e6)
    assert.deepEqual(Buffer.from(await inflater.inflate(deflated(message), true, 1e6)), message)
    assert.equal(inflater.heldBytes, i % 2 === 0 ? 4096 : 0)
  }
  assert.equal(pool.size, 1)
})

test('a fragmented message keeps a decompressor until it ends, and gives it back when the connection ends first', async () => {
  const pool = new DecompressorPool(() => undefined)
  const wire = deflated(Buffer.from('first half and second half'))
  const [a, b] = [
    new HandleInflater(pool, { windowBits: 12, contextTakeover: true }, 1e6),
    new HandleInflater(pool, { windowBits: 12, contextTakeover: true }, 1e6),
  ]
  const halves: Uint8Array[] = []
  for (const inflater of [a, b]) halves.push(await inflater.inflate(wire.subarray(0, 12), false, 1e6))
  assert.equal(pool.size, 2)
  assert.ok(a.heldBytes >= decompressorBytes(12))
  halves.push(await a.inflate(wire.subarray(12), true, 1e6))
  assert.equal(Buffer.concat([halves[0] ?? [], halves[2] ?? []] as Uint8Array[]).toString(), 'first half and second half')
  b.dispose()
  assert.equal(b.heldBytes, 0)
  pool.sweep()
  pool.sweep()
  assert.equal(pool.size, 0)
})

test('a small message that grows large yields to the event loop, and ends quietly when its connection does', async () => {
  const pool = new DecompressorPool(() => undefined)
  const wire = deflated(Buffer.alloc(3_000_000))
  const whole = new HandleInflater(pool, { windowBits: 12, contextTakeover: true }, 32_768)
  assert.ok(wire.length < 32_768)
  const pending = whole.inflate(wire, true, 1e9)
  assert.ok(pending instanceof Promise)
  const other = new HandleInflater(pool, { windowBits: 12, contextTakeover: true }, 32_768)
  assert.equal(Buffer.from(await other.inflate(deflated(Buffer.from('meanwhile')), true, 1e9)).toString(), 'meanwhile')
  assert.equal((await pending).length, 3_000_000)
  const abandoned = other.inflate(wire, true, 1e9)
  other.dispose()
  await abandoned
  assert.equal(other.heldBytes, 0)
})
