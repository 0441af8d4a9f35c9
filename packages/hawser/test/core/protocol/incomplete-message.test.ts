import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IncompleteMessage } from '../../../src/core/protocol/incomplete-message.ts'

test('the deadline runs from the first byte, moves with the bytes, and belongs to one message', () => {
  const incomplete = new IncompleteMessage(5000)
  assert.equal(incomplete.deadline, Infinity)
  incomplete.note(0, 1024, 100)
  assert.equal(incomplete.deadline, 6100)
  incomplete.note(0, 1024, 4000)
  assert.equal(incomplete.deadline, 7100)
  incomplete.note(1, 0, 5000)
  assert.equal(incomplete.deadline, 10_000, 'another message')
})

test('it fails with 1008 when it is due, unless nothing is read now', () => {
  const incomplete = new IncompleteMessage(5000)
  incomplete.note(0, 0, 0)
  assert.equal(incomplete.handleTimeout(4999, false), undefined)
  assert.equal(incomplete.handleTimeout(5000, true), undefined)
  assert.equal(incomplete.deadline, 10_000)
  assert.equal(incomplete.handleTimeout(10_000, false)?.closeCode, 1008)
})
