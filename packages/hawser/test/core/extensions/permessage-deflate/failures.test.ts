import assert from 'node:assert/strict'
import test from 'node:test'
import { DeflateDataError, DeflateOutputError, DeflateStreamsError } from '../../../../src/core/extensions/permessage-deflate/deflate-codec.ts'
import { inflateFailure } from '../../../../src/core/extensions/permessage-deflate/failures.ts'

test('each failure of an inflater has its close code, and those of the runtime are not blamed on the peer', () => {
  const message = { compressedBytes: 10, maxRatio: 256, maxStreams: 16, limitedByRatio: false }
  const rows: [Error, Partial<typeof message>, number, string, RegExp][] = [
    [new DeflateDataError('invalid block type'), {}, 1007, 'peer', /not DEFLATE data: invalid block type/],
    [new DeflateStreamsError(), {}, 1008, 'peer', /maxStreams \(16\)/],
    [new DeflateOutputError(), {}, 1009, 'peer', /larger than limits\.message/],
    [new DeflateOutputError(), { limitedByRatio: true }, 1009, 'peer', /more than 256 times the 10 bytes/],
    [new RangeError('Array buffer allocation failed'), {}, 1009, 'peer', /than this process can hold/],
    [new Error('insufficient memory'), {}, 1011, 'application', /decompression failed/],
  ]
  for (const [cause, more, closeCode, fault, pattern] of rows) {
    const error = inflateFailure(cause, { ...message, ...more })
    assert.deepEqual([error.closeCode, error.fault, error.cause], [closeCode, fault, cause])
    assert.match(error.message, pattern)
  }
})
