import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { DeflateBudgetError } from '../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { PublicDeflater, PublicInflater } from '../../../src/runtime/node/deflate-public.ts'

const levels = { level: 6, memLevel: 5 }

/** Deno ignores the dictionary of raw DEFLATE: its messages are larger then, and as valid. */
const usesDictionary = ((bytes: Buffer) => deflateRawSync(bytes, { dictionary: bytes }).length < deflateRawSync(bytes).length)(
  Buffer.from('what does not repeat itself, 0123456789'),
)

test('a sliding dictionary keeps the context: the second of two equal messages is smaller, and not after forget', async () => {
  const deflater = new PublicDeflater({ windowBits: 12, contextTakeover: true }, levels, 1e6)
  const inflater = new PublicInflater({ windowBits: 12, contextTakeover: true }, 1e6)
  const text = Buffer.from('a sentence that is sent again and again'.repeat(3))
  const sizes: number[] = []
  for (const forget of [false, false, true]) {
    if (forget) deflater.forget()
    const wire = await deflater.deflate(text, true)
    sizes.push(wire.length)
    assert.deepEqual(Buffer.from(await inflater.inflate(wire.subarray(0, -4), true, 1000)), text)
  }
  assert.equal((sizes[1] ?? 0) < (sizes[0] ?? 0), usesDictionary)
  assert.equal(sizes[2], sizes[0])
})

test('compressed fragments are held within the budget: a message that never ends fails', async () => {
  const inflater = new PublicInflater({ windowBits: 15, contextTakeover: true }, 1e6)
  const empty = Buffer.concat(Array.from({ length: 2000 }, () => Buffer.from([0, 0, 0, 0xff, 0xff])))
  await assert.rejects(async () => {
    for (;;) await inflater.inflate(empty, false, 1000)
  }, DeflateBudgetError)
  assert.ok(inflater.heldBytes < 80_000)
})

test('a fragmented message is inflated at its end', async () => {
  const inflater = new PublicInflater({ windowBits: 15, contextTakeover: false }, 1e6)
  const wire = deflateRawSync(Buffer.from('in three parts'), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
  assert.equal((await inflater.inflate(wire.subarray(0, 3), false, 100)).length, 0)
  assert.equal((await inflater.inflate(wire.subarray(3, 5), false, 100)).length, 0)
  assert.equal(Buffer.from(await inflater.inflate(wire.subarray(5), true, 100)).toString(), 'in three parts')
  assert.equal(inflater.heldBytes, 0)
})
