import assert from 'node:assert/strict'
import test from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { StreamDeflation } from '../../../../src/runtime/node/zlib/stream-deflation.ts'

test('gives the same bytes as one synchronous call, at any length', async () => {
  const options = { level: 6, memLevel: 5, windowBits: 12 }
  for (const length of [1, 262_143, 262_144, 262_145, 600_000]) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * i) >> 7))
    const result = await new Promise<Uint8Array | Error>((resolve) => new StreamDeflation(bytes, options, resolve))
    assert.ok(deflateRawSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).equals(result as Uint8Array), `${length} bytes`)
  }
})
