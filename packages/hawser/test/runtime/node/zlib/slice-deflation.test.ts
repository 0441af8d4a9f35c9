import assert from 'node:assert/strict'
import test from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { constants, inflateRawSync } from 'node:zlib'
import { ZlibHandle } from '../../../../src/runtime/node/zlib/handle.ts'
import { SliceDeflation } from '../../../../src/runtime/node/zlib/slice-deflation.ts'

const scratch = Buffer.alloc(65_536)
const open = (): ZlibHandle => ZlibHandle.deflate(12, { level: 6, memLevel: 5 })

test('compresses in slices, counts its memory, and closes its handle', async () => {
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * i) >> 7))
  const handle = open()
  let result: Uint8Array | Error | undefined
  const deflation = new SliceDeflation(
    bytes,
    handle,
    () => scratch,
    (deflated) => (result = deflated),
  )
  await setImmediate()
  assert.ok(deflation.heldBytes > bytes.length)
  while (result === undefined) await setImmediate()
  assert.ok(inflateRawSync(result as Uint8Array, { finishFlush: constants.Z_SYNC_FLUSH }).equals(bytes))
  assert.throws(() => handle.reset(), /closed/)
})

test('an error of zlib is the result', async () => {
  const handle = open()
  handle.close()
  const result = await new Promise((resolve) => new SliceDeflation(Buffer.alloc(10), handle, () => scratch, resolve))
  assert.ok(result instanceof Error)
})
