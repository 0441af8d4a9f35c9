import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Output } from '../../../src/core/protocol/output.ts'
import { PreparedFrame } from '../../../src/core/protocol/prepared-frame.ts'
import { CountingPool } from '../platform.ts'
import { hex, join } from './recorder.ts'

function copyInto(output: Output, bytes: Uint8Array): void {
  output.reserve(bytes.length).set(bytes, output.position)
  output.advance(bytes.length)
}

test('bytes leave in order, whichever way they came, and all buffers go back', () => {
  const operation = fc.record({
    how: fc.constantFrom('copy', 'reference', 'append', 'append', 'take', 'overtake'),
    size: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9000 }), fc.constant(200_000)),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const pool = new CountingPool()
      const output = new Output(pool)
      const expected: Uint8Array[] = []
      const urgent: Uint8Array[] = []
      const taken: Uint8Array[] = []
      const take = (): void => {
        const bytes = join(output.take())
        const controls = join(urgent.splice(0))
        assert.equal(hex(bytes.subarray(0, controls.length)), hex(controls))
        taken.push(bytes.subarray(controls.length))
        output.release()
      }
      operations.forEach(({ how, size }, index) => {
        const bytes = new Uint8Array(size).fill(index + 1)
        const before = output.byteLength
        if (how === 'take') return take()
        if (how === 'copy') copyInto(output, bytes)
        else if (how === 'append') output.append(new PreparedFrame(bytes))
        else if (how === 'overtake') output.overtake(bytes)
        else output.reference(bytes)
        ;(how === 'overtake' ? urgent : expected).push(bytes)
        assert.equal(output.byteLength, before + size)
      })
      while (output.byteLength > 0) take()
      assert.equal(hex(join(taken)), hex(join(expected)))
      assert.equal(output.byteLength, 0)
      assert.equal(pool.borrowed, 0)
    }),
  )
})

test('small frames share one segment; a frame that is alone is not copied', () => {
  const output = new Output(new CountingPool())
  copyInto(output, new Uint8Array(3))
  copyInto(output, new Uint8Array(4))
  assert.deepEqual(
    output.take().map((segment) => segment.length),
    [7],
  )
  output.release()
  const frame = new PreparedFrame(new Uint8Array(20))
  output.append(frame)
  assert.equal(output.take()[0], frame.bytes)
  output.append(frame)
  output.append(frame)
  assert.deepEqual(
    output.take().map((segment) => segment.length),
    [40],
  )
})

test('without release the buffer of a slow write is not used again', () => {
  const output = new Output({ acquire: (minimum) => new Uint8Array(minimum), release: () => assert.fail('nobody may have it') })
  copyInto(output, new Uint8Array([1]))
  const [first] = output.take()
  copyInto(output, new Uint8Array([2]))
  const [second] = output.take()
  assert.notEqual(first!.buffer, second!.buffer)
  assert.deepEqual([...first!], [1])
})

test('control frames come before all that waits, and the replaceable one is the latest', () => {
  const output = new Output(new CountingPool())
  copyInto(output, new Uint8Array([9]))
  output.replaceLatest(new Uint8Array([1, 1]))
  output.overtake(new Uint8Array([5]))
  output.replaceLatest(new Uint8Array([2]))
  output.append(new PreparedFrame(new Uint8Array([8])))
  assert.equal(output.byteLength, 4)
  assert.equal(hex(join(output.take())), '05020908')
  assert.equal(output.byteLength, 0)
  output.overtake(new Uint8Array([3]))
  assert.equal(hex(join(output.take())), '03')
})

test('what waits is given in batches of whole frames, and a control frame waits for none that was not given', () => {
  const pool = new CountingPool()
  const output = new Output(pool)
  const sizes = [...Array.from({ length: 2000 }, () => 1000), 300_000, 200_000, 5_000_000, 1, 1]
  const ends = new Set<number>()
  let total = 0
  for (const [index, size] of sizes.entries()) {
    if (index % 2 === 0) copyInto(output, new Uint8Array(size).fill(index))
    else if (index % 3 === 0) output.append(new PreparedFrame(new Uint8Array(size).fill(index)))
    else output.reference(new Uint8Array(size).fill(index))
    ends.add((total += size))
  }
  let taken = 0
  let batches = 0
  while (output.byteLength > 0) {
    output.overtake(new Uint8Array([0xff]))
    const segments = output.take()
    const batch = join(segments)
    assert.equal(batch[0], 0xff)
    taken += batch.length - 1
    batches++
    assert.ok(ends.has(taken), `a batch ends inside a frame, at ${taken}`)
    assert.equal(output.byteLength, total - taken)
    output.release()
  }
  assert.equal(taken, total)
  assert.ok(batches >= 8, `${batches} batches`)
  assert.equal(pool.borrowed, 0)
})

test('clear drops everything and gives the buffer back', () => {
  const pool = new CountingPool()
  const output = new Output(pool)
  copyInto(output, new Uint8Array(3))
  output.clear()
  assert.equal(pool.borrowed, 0)
  assert.deepEqual(output.take(), [])
})

test('the same prepared frames one after the other are joined once for all connections', () => {
  const frames = [1, 2, 3].map((octet) => new PreparedFrame(new Uint8Array(5).fill(octet)))
  const pools = [new CountingPool(), new CountingPool()]
  const [first, second] = pools.map((pool) => {
    const output = new Output(pool)
    for (const frame of frames) output.append(frame)
    assert.equal(output.byteLength, 15)
    assert.equal(pool.borrowed, 0)
    return output.take()
  })
  assert.equal(hex(join(first!)), '010101010102020202020303030303')
  assert.equal(first![0], second![0])
})
