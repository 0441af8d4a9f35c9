import assert from 'node:assert/strict'
import test from 'node:test'
import type { ScheduledTask } from '../../../../src/connection/clock.ts'
import { createDeflateCodec } from '../../../../src/runtime/node/zlib/permessage-deflate.ts'
import { IdleSweep } from '../../../../src/runtime/node/zlib/idle-sweep.ts'
import { deflate, inflate } from '../../../core/extensions/permessage-deflate/finished.ts'

class HandClock {
  readonly pending: { callback: () => void; delayMs: number }[] = []
  schedule(callback: () => void, delayMs: number): ScheduledTask {
    this.pending.push({ callback, delayMs })
    return { cancel: () => undefined }
  }
  tick(): void {
    this.pending.shift()?.callback()
  }
}

test('nothing is scheduled before something is held, one sweep at a time while it is, and none after', () => {
  const clock = new HandClock()
  let held = 2
  const sweep = new IdleSweep(clock, 500, [{ sweep: () => --held > 0 }, { sweep: () => false }])
  assert.equal(clock.pending.length, 0)
  sweep.start()
  sweep.start()
  assert.deepEqual(
    clock.pending.map(({ delayMs }) => delayMs),
    [500],
  )
  clock.tick()
  assert.equal(clock.pending.length, 1)
  clock.tick()
  assert.equal(clock.pending.length, 0)
  sweep.start()
  assert.equal(clock.pending.length, 1)
})

test('an interval of 0 never releases', () => {
  const clock = new HandClock()
  new IdleSweep(clock, 0, []).start()
  assert.equal(clock.pending.length, 0)
})

test('a compressor is released after one to two idle intervals, and its connection keeps working', async () => {
  const clock = new HandClock()
  const codec = createDeflateCodec({ clock, idleReleaseMs: 1000 })
  const deflater = codec.deflater({ windowBits: 12, contextTakeover: true })
  const inflater = codec.inflater({ windowBits: 12, contextTakeover: true })
  const exchange = async (text: string): Promise<number> => {
    const wire = await deflate(deflater, Buffer.from(text))
    assert.equal(Buffer.from(await inflate(inflater, wire.subarray(0, -4))).toString(), text)
    return wire.length
  }
  const text = 'a sentence to be remembered '.repeat(4)
  const first = await exchange(text)
  assert.ok((await exchange(text)) < first)
  assert.ok(deflater.heldBytes > 90_000)
  clock.tick()
  assert.ok(deflater.heldBytes > 90_000, 'used in this interval')
  await exchange(text)
  clock.tick()
  assert.ok(deflater.heldBytes > 90_000, 'used again')
  clock.tick()
  assert.equal(deflater.heldBytes, 0)
  assert.equal(clock.pending.length, 0)
  assert.equal(await exchange(text), first)
  assert.ok((await exchange(text)) < first)
})
