import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endText, hasStarted, isLarge, largestPassed, stepNames, stopped } from '../../../../src/cli/doctor/rules/steps.ts'
import { clean, dropped, messages } from '../observations.ts'

test('finds the step at which a conversation stopped, and the largest message before it', () => {
  const conversation = messages(['echoed', 'passed', 'echoed', 'ended'])
  const step = stopped(conversation)
  assert.equal(step?.name, 'medium')
  assert.deepEqual([step !== undefined && isLarge(step), stepNames.medium], [true, 'a message of 64 KiB'])
  assert.equal(largestPassed(conversation), 'a message of 13 bytes passed before')
  assert.equal(largestPassed(messages(['ended'])), 'no message passed before')
  assert.equal(stopped(messages(['echoed'])), undefined)
})

test('a conversation has started when a Pong or a message arrived', () => {
  const pings = { intervalMs: 150, roundTrips: [] }
  assert.deepEqual(
    [hasStarted(messages([])), hasStarted(messages(['silent'], { pings })), hasStarted(messages([], { pings, received: 1 }))],
    [true, false, true],
  )
})

test('tells how a connection ended', () => {
  assert.equal(endText({ ...clean, code: 1008, reason: 'no' }), 'its Close frame has 1008 "no"')
  assert.equal(endText(dropped), 'the connection ended without a Close frame (1006)')
  assert.match(endText({ ...dropped, error: 'reset' }), /: reset$/)
})
