import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { PublicDeflater } from '../../../../src/runtime/node/zlib/public-deflater.ts'
import { PublicInflater } from '../../../../src/runtime/node/zlib/public-inflater.ts'
import { TurnWork } from '../../../../src/runtime/node/zlib/turn-work.ts'
import { deflate, inflate } from '../../../core/extensions/permessage-deflate/finished.ts'

const levels = { level: 6, memLevel: 5 }
const options = { windowBits: 12, contextTakeover: true }

/** Deno ignores the dictionary of raw DEFLATE: its messages are larger then, and as valid. */
const usesDictionary = ((bytes: Buffer) => deflateRawSync(bytes, { dictionary: bytes }).length < deflateRawSync(bytes).length)(
  Buffer.from('what does not repeat itself, 0123456789'),
)

test('a sliding dictionary keeps the context: the second of two equal messages is smaller, unless the window was forgotten', async () => {
  const deflater = new PublicDeflater(options, levels, 1e6)
  const inflater = new PublicInflater(options, 1e6, new TurnWork())
  const text = Buffer.from('a sentence that is sent again and again'.repeat(3))
  const sizes: number[] = []
  for (const forget of [false, false, true]) {
    if (forget) deflater.forget()
    const wire = await deflate(deflater, text)
    sizes.push(wire.length)
    assert.deepEqual(Buffer.from(await inflate(inflater, wire.subarray(0, -4))), text)
  }
  assert.equal((sizes[1] ?? 0) < (sizes[0] ?? 0), usesDictionary)
  assert.equal(sizes[2], sizes[0])
})

test('cancels asynchronous work when its connection ends', async () => {
  const deflater = new PublicDeflater(options, levels, 100)
  assert.equal(
    deflater.deflate(Buffer.alloc(1_000_000), true, () => assert.fail('the result of a cancelled message')),
    undefined,
  )
  assert.ok(deflater.heldBytes >= 1_000_000)
  deflater.dispose()
  assert.equal(deflater.heldBytes, 0)
  for (let turns = 0; turns < 50; turns++) await setImmediate()
})
