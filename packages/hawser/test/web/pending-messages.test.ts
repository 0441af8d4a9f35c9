import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PendingMessages } from '../../src/web/pending-messages.ts'

test('reading stops above 1 MiB of messages with pending events, and continues once all have been fired', () => {
  const log: string[] = []
  const socket = { pause: () => void log.push('pause'), resume: () => void log.push('resume') }
  const pending = new PendingMessages()
  const sizes = [pending.add(new Uint8Array(1_000_000), socket), pending.add('', socket)]
  assert.deepEqual([sizes, log], [[1_000_064, 64], []])
  sizes.push(pending.add('x'.repeat(50_000), socket), pending.add('more', socket))
  assert.deepEqual(log, ['pause'], 'once')
  const last = sizes.pop() as number
  for (const size of sizes) pending.fired(size, socket)
  assert.deepEqual(log, ['pause'])
  pending.fired(last, socket)
  assert.deepEqual(log, ['pause', 'resume'])
})
