import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { DeflateDataError, DeflateStreamsError } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { SlidingWindow } from '../../../../src/runtime/node/zlib/sliding-window.ts'
import { chunkSizeFor, inflateError, StreamInflation } from '../../../../src/runtime/node/zlib/stream-inflation.ts'

const inflated = (message: Uint8Array, limits = { output: 1e9, streams: 16 }): Promise<Uint8Array | Error> =>
  new Promise((resolve) => new StreamInflation(message, { windowBits: 15, window: new SlidingWindow(15), limits }, resolve))

test('inflates a message of any length in slices, and counts its memory', async () => {
  for (const length of [100, 65_536, 3_000_000]) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * i * 7) >> 5))
    const wire = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4)
    const result = await new Promise<Uint8Array | Error>((resolve) => {
      const inflation = new StreamInflation(wire, { windowBits: 15, window: new SlidingWindow(15), limits: { output: length, streams: 1 } }, resolve)
      assert.ok(inflation.heldBytes >= wire.length + 32_768)
    })
    assert.ok(bytes.equals(result as Uint8Array), `${length} bytes`)
  }
})

test('streams beyond the limit are the end, also where each ends in an event', async () => {
  const wire = Buffer.concat([...Array.from({ length: 20 }, () => deflateRawSync(Buffer.from('x'))), Buffer.of(0)])
  assert.ok((await inflated(wire)) instanceof DeflateStreamsError)
  assert.equal(((await inflated(wire, { output: 20, streams: 21 })) as Uint8Array).length, 20)
})

test('an error in `resume` is the result', async () => {
  const failed = new Error('no memory')
  const limits = { output: 100, streams: 2 }
  const resume = (): void => {
    throw failed
  }
  const wire = Buffer.concat([deflateRawSync(Buffer.from('x')), Buffer.of(0)])
  const result = await new Promise((resolve) => new StreamInflation(wire, { windowBits: 15, window: new SlidingWindow(15), limits, resume }, resolve))
  assert.equal(result, failed)
})

test('only errors about the data are errors of the data', () => {
  const error = (code: string): Error => inflateError(Object.assign(new Error('from zlib'), { code }))
  for (const code of ['Z_DATA_ERROR', 'Z_NEED_DICT', 'Z_BUF_ERROR']) assert.ok(error(code) instanceof DeflateDataError)
  for (const code of ['Z_MEM_ERROR', 'ERR_OUT_OF_RANGE']) assert.ok(!(error(code) instanceof DeflateDataError))
})

test('chunks fill the allowed output and one byte exactly', () => {
  assert.equal(chunkSizeFor(0), 64)
  assert.equal(chunkSizeFor(999), 1000)
  assert.equal(chunkSizeFor(65_536), 32_769)
  assert.equal(chunkSizeFor(1e15), 65_536)
})
