import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeInfo } from '../../../src/runtime/browser/carrier.ts'

test('a clean end has both Close frames, and names who began', () => {
  const end = { code: 3000, reason: 'r', wasClean: true }
  assert.deepEqual(closeInfo(end, { code: 1000, reason: 'done' }), {
    ...end,
    initiator: 'local',
    sent: { code: 1000, reason: 'done' },
    received: { code: 3000, reason: 'r' },
    error: undefined,
  })
  const remote = closeInfo(end, undefined)
  assert.deepEqual([remote.initiator, remote.sent, remote.error], ['remote', { code: 3000, reason: 'r' }, undefined])
})

test('an end without a Close frame is an error of the network, 1006', () => {
  const info = closeInfo({ code: 1006, reason: '', wasClean: false }, undefined)
  assert.deepEqual(
    [info.initiator, info.sent, info.received, info.error?.fault, info.error?.closeCode],
    ['network', undefined, undefined, 'network', 1006],
  )
})
