import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Closing } from '../../../src/core/protocol/closing.ts'

function closingOf(unsentBytes: number): { closing: Closing; output: { sentBytes: number; unsentBytes: number }; leave(bytes: number): void } {
  const output = { sentBytes: 0, unsentBytes }
  const closing = new Closing('local', output, 10_000)
  closing.sent = { code: 1000, reason: '' }
  closing.markQueued()
  closing.setDeadline(10_000)
  const leave = (bytes: number): void => {
    output.sentBytes += bytes
    output.unsentBytes -= bytes
  }
  return { closing, output, leave }
}

test('bytes that leave a full transport at 1 KiB a second or more are progress, fewer are not', () => {
  const slow = closingOf(1_000_000)
  slow.closing.outputBlocked()
  slow.leave(10_239)
  assert.equal(slow.closing.hasProgressed, false)
  slow.leave(1)
  assert.equal(slow.closing.hasProgressed, true)
  const last = closingOf(100)
  last.closing.outputBlocked()
  last.leave(100)
  assert.equal(last.closing.hasProgressed, true, 'the last bytes count, however few')
})

test('bytes that left at once, and bytes queued after the Close frame, earn no time', () => {
  const quick = closingOf(1000)
  quick.leave(1000)
  assert.deepEqual([quick.closing.hasProgressed, quick.closing.outputSent()], [false, false])
  const later = closingOf(0)
  later.output.unsentBytes += 20_000
  later.closing.outputBlocked()
  later.leave(20_000)
  assert.deepEqual([later.closing.hasProgressed, later.closing.outputSent()], [false, false])
})

test('unsent bytes are the error of an end without another reason', () => {
  const timedOut = closingOf(10).closing
  timedOut.explainTimeout()
  assert.match(timedOut.error?.message ?? '', /^10 bytes could not be sent/)
  const gone = closingOf(10).closing
  gone.explainUnsent()
  assert.match(gone.error?.message ?? '', /ended before 10 bytes/)
  const failed = closingOf(0).closing
  failed.explainTransport(new Error('ECONNRESET'))
  failed.explainTimeout()
  assert.deepEqual([failed.error, failed.cause?.message], [undefined, 'ECONNRESET'])
  const clean = closingOf(0).closing
  clean.received = { code: 1000, reason: '' }
  clean.explainTransport(new Error('ECONNRESET'))
  clean.explainTimeout()
  clean.explainUnsent()
  assert.deepEqual([clean.error, clean.cause], [undefined, undefined])
})
