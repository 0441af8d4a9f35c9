import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { PieceBlocks } from '../../src/connection/piece-blocks.ts'
import { nodePlatform } from '../../src/runtime/node/platform.ts'

const { text, buffers } = nodePlatform

test('text in any pieces, taken at any time, comes out whole, and no chunk splits a character', () => {
  const characters = fc.array(fc.constantFrom('a', 'é', '€', '🦊', 'x'.repeat(3000), '€'.repeat(9000)), { maxLength: 30 })
  fc.assert(
    fc.property(characters, fc.array(fc.tuple(fc.nat(20_000), fc.boolean()), { maxLength: 40 }), (content, cuts) => {
      const bytes = Buffer.from(content.join(''))
      const blocks = new PieceBlocks(true, buffers)
      let taken = ''
      const take = (): void => {
        for (let chunk = blocks.takeText(text); chunk !== undefined; chunk = blocks.takeText(text)) {
          assert.ok(chunk.length > 0)
          assert.ok(!chunk.includes('\ufffd'))
          taken += chunk
        }
      }
      let at = 0
      for (const [length, takes] of [...cuts, [bytes.length, true] as const]) {
        const end = Math.min(bytes.length, at + length)
        if (end > at) blocks.push(bytes, at, end)
        at = end
        if (takes) take()
        assert.equal(blocks.length, at - Buffer.byteLength(taken))
      }
      assert.equal(taken, bytes.toString())
    }),
    { numRuns: 200 },
  )
})

test('bytes are copied, small pieces are joined, and nothing that was not pushed can be seen', () => {
  const blocks = new PieceBlocks(false, buffers)
  const source = Uint8Array.of(1, 2, 3, 4)
  blocks.push(source, 1, 3)
  for (let i = 0; i < 1000; i++) blocks.push(source, 0, 4)
  source.fill(9)
  assert.equal(blocks.length, 4002)
  const chunks: Uint8Array[] = []
  for (let chunk = blocks.takeBytes(); chunk !== undefined; chunk = blocks.takeBytes()) {
    assert.equal(chunk.constructor, Uint8Array)
    assert.ok(new Uint8Array(chunk.buffer).every((byte) => byte < 5))
    chunks.push(chunk)
  }
  assert.ok(chunks.length < 20, `${chunks.length} chunks`)
  assert.deepEqual([...Buffer.concat(chunks)].slice(0, 6), [2, 3, 1, 2, 3, 4])
  assert.equal(blocks.length, 0)
})

test('clear drops what waits', () => {
  const blocks = new PieceBlocks(true, buffers)
  blocks.push(Buffer.from('€'), 0, 2)
  assert.equal(blocks.takeText(text), undefined)
  assert.equal(blocks.length, 2)
  blocks.clear()
  assert.equal(blocks.length, 0)
  blocks.push(Buffer.from('a'), 0, 1)
  assert.equal(blocks.takeText(text), 'a')
})
