import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConnectionState, readyStateOf, type StateEvent, transition } from '../../../src/core/protocol/connection-state.ts'

const states: ConnectionState[] = ['open', 'closeQueued', 'closeSent', 'closeReceived', 'bothClosed', 'ending', 'lost', 'closed']
const events: StateEvent[] = ['localClose', 'closeWritten', 'remoteClose', 'end', 'fail', 'timeout', 'lost', 'gone']

for (const role of ['client', 'server'] as const) {
  test(`${role}: CLOSED is reached from everywhere when the transport is gone, reported once, and never left`, () => {
    for (const state of states) {
      for (const event of events) {
        const found = transition(role, state, event)
        if (found === undefined) continue
        assert.notEqual(state, 'closed')
        assert.equal(found.next === 'closed', found.actions.includes('report'), `${state} ${event}`)
        assert.notEqual(found.next, 'open')
      }
      if (state !== 'closed') assert.equal(transition(role, state, 'gone')?.next, 'closed')
    }
  })

  test(`${role}: every state that waits has a time limit, and leaving OPEN is said once`, () => {
    for (const state of states) {
      if (state !== 'open' && state !== 'closed') assert.ok(transition(role, state, 'timeout'), state)
      for (const event of events) {
        const found = transition(role, state, event)
        const leaves = state === 'open' && found !== undefined && found.next !== 'closed'
        assert.equal(found?.actions.includes('notifyClosing') ?? false, leaves, `${state} ${event}`)
      }
    }
  })
}

test('the server ends the transport first (RFC 6455 section 7.1.1)', () => {
  assert.ok(transition('server', 'closeSent', 'remoteClose')?.actions.includes('endTransport'))
  assert.ok(!transition('client', 'closeSent', 'remoteClose')?.actions.includes('endTransport'))
  assert.ok(transition('client', 'bothClosed', 'end')?.actions.includes('endTransport'))
  assert.ok(transition('client', 'bothClosed', 'timeout')?.actions.includes('endTransport'))
})

test('states are OPEN, CLOSING and CLOSED to the outside', () => {
  assert.deepEqual([...new Set(states.map(readyStateOf))], ['OPEN', 'CLOSING', 'CLOSED'])
})
