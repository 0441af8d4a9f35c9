import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, deflateRawSync } from 'node:zlib'
import { PublicInflater } from '../../../../src/runtime/node/zlib/public-inflater.ts'
import { TurnWork } from '../../../../src/runtime/node/zlib/turn-work.ts'
import { inflate } from '../../../core/extensions/permessage-deflate/finished.ts'

const deflated = (bytes: Uint8Array): Buffer => deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
const limits = { output: 1e9, streams: 16 }
const open = (asyncAbove = 1e6, turn = new TurnWork()): PublicInflater =>
  new PublicInflater({ windowBits: 15, contextTakeover: true }, asyncAbove, turn)
const unexpected = (): never => assert.fail('the result of a cancelled message')

test('holds the window between messages, and nothing without context takeover', async () => {
  const text = Buffer.alloc(3000, 'text ')
  for (const contextTakeover of [true, false]) {
    const inflater = new PublicInflater({ windowBits: 12, contextTakeover }, 1e6, new TurnWork())
    assert.deepEqual(Buffer.from(await inflate(inflater, deflated(text))), text)
    assert.equal(inflater.heldBytes, contextTakeover ? 4096 : 0)
    inflater.dispose()
    assert.equal(inflater.heldBytes, 0)
  }
})

test('a small message is inflated at once, one that grows large asynchronously', async () => {
  const small = Buffer.alloc(262_144)
  const large = Buffer.alloc(262_145)
  assert.equal(open().inflate(deflated(small), limits, unexpected)?.length, small.length)
  let result: Uint8Array | Error | undefined
  const inflater = open()
  assert.equal(
    inflater.inflate(deflated(large), limits, (inflated) => (result = inflated)),
    undefined,
  )
  assert.ok(inflater.heldBytes > 0)
  while (result === undefined) await setImmediate()
  assert.equal((result as Uint8Array).length, large.length)
})

test('a message waits for the next turn of the event loop where the work of this turn is done', () => {
  const turn = new TurnWork()
  const inflater = open(1e6, turn)
  turn.add(10_000_000)
  assert.equal(inflater.inflate(deflated(Buffer.from('later')), limits, unexpected), undefined)
  inflater.dispose()
  assert.equal(inflater.heldBytes, 0)
})
