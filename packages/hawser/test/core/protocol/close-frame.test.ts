import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../../../src/core/errors.ts'
import { failureFrame, parseCloseBody, serializeCloseBody } from '../../../src/core/protocol/close-frame.ts'
import { text } from '../platform.ts'
import { hex } from './recorder.ts'

test('the body of a Close frame is read as it was written [RFC 6455 §5.5.1]', () => {
  for (const close of [
    { code: 1005, reason: '' },
    { code: 1000, reason: '' },
    { code: 4999, reason: 'grüß' },
    { code: 1001, reason: 'x'.repeat(123) },
  ]) {
    assert.deepEqual(parseCloseBody(serializeCloseBody(close, text), text), close)
  }
})

test('the bytes of a Close frame are only the code and the reason [CVE-2026-45736]', () => {
  assert.equal(hex(serializeCloseBody({ code: 1000, reason: 'ok' }, text)), '03e86f6b')
  for (const reason of ['', 'a', 'é', '\ud800']) {
    assert.equal(hex(serializeCloseBody({ code: 1000, reason }, text)), `03e8${Buffer.from(reason).toString('hex')}`)
  }
})

test('each code that may not be on the wire is refused with 1002 [RFC 6455 §7.4]', () => {
  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]) {
    const error = parseCloseBody(new Uint8Array([code >>> 8, code & 0xff]), text)
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.closeCode, 1002)
    assert.match(error.message, new RegExp(`${code} .*section 7\\.4`))
  }
})

test("the close reason of a failure describes the peer's error, never a local one", () => {
  assert.deepEqual(failureFrame(new ConnectionError('yours', { fault: 'peer', closeCode: 1002 })), { code: 1002, reason: 'yours' })
  assert.deepEqual(failureFrame(new ConnectionError('ours', { fault: 'application', closeCode: 1011 })), { code: 1011, reason: '' })
  assert.equal(failureFrame(new ConnectionError('', { fault: 'network', closeCode: 1006 })), undefined)
})
