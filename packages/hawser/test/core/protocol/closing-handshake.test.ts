import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClosingEvent, type ClosingState, readyStateOf, step } from '../../../src/core/protocol/closing-handshake.ts'

const states: ClosingState[] = [
  'open',
  'answerDeferred',
  'closeQueued',
  'closeSent',
  'answerQueued',
  'closeExchanged',
  'ending',
  'failing',
  'lost',
  'closed',
]
const events: ClosingEvent[] = [
  'localClose',
  'closeWritten',
  'remoteClose',
  'remoteCloseEarly',
  'applicationIdle',
  'inputEnd',
  'fail',
  'failSlow',
  'progress',
  'timeout',
  'lost',
  'gone',
]

const transition = (role: 'client' | 'server', state: ClosingState, event: ClosingEvent): ReturnType<typeof step> => step(role, state, event, 0, 500)

for (const role of ['client', 'server'] as const) {
  test(`${role}: CLOSED is reached from everywhere when the transport is gone, reported once, and final`, () => {
    for (const state of states) {
      for (const event of events) {
        const found = transition(role, state, event)
        if (found === undefined) continue
        assert.notEqual(state, 'closed')
        assert.equal(found.state === 'closed', found.actions.includes('report'), `${state} ${event}`)
        assert.notEqual(found.state, 'open')
      }
      if (state !== 'closed') assert.equal(transition(role, state, 'gone')?.state, 'closed')
    }
  })

  test(`${role}: every state that waits has a deadline, and leaving OPEN is reported once`, () => {
    for (const state of states) {
      if (state !== 'open' && state !== 'closed') assert.ok(transition(role, state, 'timeout'), state)
      for (const event of events) {
        const found = transition(role, state, event)
        const leaves = found !== undefined && found.state !== 'closed' && readyStateOf(state) === 'OPEN' && readyStateOf(found.state) !== 'OPEN'
        assert.equal(found?.actions.includes('notifyClosing') ?? false, leaves, `${state} ${event}`)
      }
    }
  })
}

test('the server ends the transport first [RFC 6455 §7.1.1]', () => {
  assert.ok(transition('server', 'closeSent', 'remoteClose')?.actions.includes('endTransport'))
  assert.ok(!transition('client', 'closeSent', 'remoteClose')?.actions.includes('endTransport'))
  assert.ok(transition('client', 'closeExchanged', 'inputEnd')?.actions.includes('endTransport'))
  assert.ok(transition('client', 'closeExchanged', 'timeout')?.actions.includes('endTransport'))
})

test('states are OPEN, CLOSING and CLOSED to the outside', () => {
  assert.deepEqual([...new Set(states.map(readyStateOf))], ['OPEN', 'CLOSING', 'CLOSED'])
})
