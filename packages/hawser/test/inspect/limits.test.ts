import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/index.ts'
import { defaultLimits, readInspectLimits } from '../../src/inspect/limits.ts'

test('what is not given has its default, and a wrong limit is named', () => {
  assert.deepEqual(readInspectLimits(undefined), defaultLimits)
  assert.deepEqual(readInspectLimits({ frames: 1 }), { ...defaultLimits, frames: 1 })
  for (const wrong of [{ frame: 1 }, { frames: 0 }, { frames: '1' }, { payload: Number.NaN }, 5])
    assert.throws(() => readInspectLimits(wrong as never), OptionError, JSON.stringify(wrong))
})
