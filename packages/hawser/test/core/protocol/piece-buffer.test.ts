import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PieceBuffer } from '../../../src/core/protocol/piece-buffer.ts'
import { CountingPool } from '../platform.ts'
import { hex, join } from './recorder.ts'

test('pieces come out joined, and capacity stays within sixteen times what arrived', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 }), fc.boolean(), (pieces, open) => {
      const total = pieces.reduce((sum, piece) => sum + piece.length, 0)
      const buffer = new PieceBuffer(new CountingPool(), false)
      for (const piece of pieces) {
        assert.ok(buffer.append(piece, 0, piece.length, open ? buffer.length + piece.length : total, open, Infinity))
        assert.ok(buffer.capacity <= buffer.length * 16)
      }
      assert.equal(hex(buffer.take()), hex(join(pieces)))
      buffer.clear()
      assert.equal(buffer.capacity, 0)
    }),
  )
})

test('a claimed length costs nothing before bytes come [CVE-2022-35922]', () => {
  const buffer = new PieceBuffer(new CountingPool(), false)
  buffer.append(new Uint8Array(0), 0, 0, 2 ** 40, false, Infinity)
  assert.equal(buffer.capacity, 0)
  buffer.append(new Uint8Array(10), 0, 10, 2 ** 40, false, Infinity)
  assert.equal(buffer.capacity, 160)
})

test('a payload of known length gets a buffer of that length once enough of it has arrived', () => {
  const buffer = new PieceBuffer(new CountingPool(), false)
  buffer.append(new Uint8Array(65536), 0, 65536, 1 << 20, false, Infinity)
  assert.equal(buffer.capacity, 1 << 20)
})

test('the ceiling holds, and is used to the last byte', () => {
  const buffer = new PieceBuffer(new CountingPool(), false)
  assert.ok(buffer.append(new Uint8Array(60), 0, 60, 1000, true, 100))
  assert.equal(buffer.capacity, 100)
  assert.ok(buffer.append(new Uint8Array(40), 0, 40, 1000, true, 100))
  assert.equal(buffer.append(new Uint8Array(1), 0, 1, 1000, true, 100), false)
})

test('large buffers are borrowed where the content is not kept, and all of them go back', () => {
  const pool = new CountingPool()
  const buffer = new PieceBuffer(pool, true)
  buffer.append(new Uint8Array(100).fill(1), 0, 100, 1 << 20, false, Infinity)
  assert.equal(pool.borrowed, 0)
  for (let sent = 100; sent < 1 << 20; sent += 40_000) {
    const piece = new Uint8Array(Math.min(40_000, (1 << 20) - sent)).fill(1)
    buffer.append(piece, 0, piece.length, 1 << 20, false, Infinity)
    assert.equal(pool.borrowed, 1)
  }
  assert.ok(buffer.take().every((byte) => byte === 1))
  buffer.clear()
  assert.equal(pool.borrowed, 0)
})

test('a message that is kept gets unzeroed memory only where every byte of it is written', () => {
  const sizes: number[] = []
  const pool = { acquire: () => assert.fail(), release: () => assert.fail(), allocate: (size: number) => (sizes.push(size), new Uint8Array(size)) }
  const known = new PieceBuffer(pool, false)
  known.append(new Uint8Array(20_000), 0, 20_000, 40_000, false, Infinity)
  const open = new PieceBuffer(pool, false)
  for (let i = 0; i < 5; i++) open.append(new Uint8Array(40_000), 0, 40_000, open.length + 40_000, true, Infinity)
  assert.deepEqual(sizes, [40_000])
})
