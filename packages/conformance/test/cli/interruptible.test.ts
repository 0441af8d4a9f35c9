import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import type { CliIo } from '../../src/cli/io.ts'
import { interruptible } from '../../src/cli/interruptible.ts'

test('the first interrupt aborts the signal, and a second one is not held back', async () => {
  const listeners = new Set<(signal: 'SIGINT') => void>()
  const io: CliIo = {
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const aborted = await interruptible(io, async (signal) => {
    assert.deepEqual([listeners.size, signal.aborted], [1, false])
    for (const listener of listeners) listener('SIGINT')
    return [listeners.size, signal.aborted]
  })
  assert.deepEqual(aborted, [0, true])
  await interruptible(io, async () => {})
  assert.equal(listeners.size, 0)
})
