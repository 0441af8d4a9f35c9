import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseInfo, ObservedFrame } from '../../src/index.ts'
import { ClosingLog } from '../../src/inspect/closing-log.ts'

const close = (direction: 'sent' | 'received', payload: Uint8Array): ObservedFrame => ({ direction, opcode: 8, payload }) as ObservedFrame
const info: CloseInfo = { code: 1000, reason: '', wasClean: true, initiator: 'remote', sent: undefined, received: undefined, error: undefined }

test('has each Close frame with its code and the end, in order [RFC 6455 §7.1.2]', () => {
  const log = new ClosingLog()
  assert.equal(log.report(), null)
  log.frame(close('received', Buffer.from([3, 232, ...Buffer.from('é')])), 1)
  assert.deepEqual([log.report()?.initiator, log.report()?.wasClean], ['remote', false])
  log.frame(close('sent', Buffer.alloc(0)), 2)
  log.frame(close('received', Buffer.from([3, 233])), 3)
  log.end(info, 4)
  assert.deepEqual(log.report(), {
    initiator: 'remote',
    wasClean: true,
    code: 1000,
    reason: '',
    steps: [
      { time: 1, what: 'received', code: 1000, reason: 'é' },
      { time: 2, what: 'sent', code: 1005, reason: '' },
      { time: 4, what: 'ended', code: null, reason: '' },
    ],
  })
})
