import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frameOf, settingsOf, settingsPayload, shownFields } from '../../src/h2/frames.ts'

test('a frame has its length, type, flags and stream before its payload (RFC 9113 section 4.1)', () => {
  assert.equal(frameOf(1, 4, 3, Buffer.from('abc')).toString('hex'), '000003010400000003616263')
  assert.equal(frameOf(0, 1, 1, Buffer.alloc(70_000)).toString('hex', 0, 9), '011170000100000001')
})

test('fields are shown on one line that is not endless', () => {
  assert.equal(
    shownFields([
      [':status', '200'],
      ['a', 'b'],
    ]),
    ':status: 200; a: b',
  )
  assert.equal(shownFields([['a', 'b'.repeat(1000)]]).length, 300)
})

test('settings are written and read back, six bytes each (RFC 9113 section 6.5.1)', () => {
  const payload = settingsPayload([
    [1, 0],
    [8, 1],
  ])
  assert.equal(payload.toString('hex'), '000100000000000800000001')
  assert.deepEqual(settingsOf(payload), [
    [1, 0],
    [8, 1],
  ])
})
