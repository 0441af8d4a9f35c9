import assert from 'node:assert/strict'
import { test } from 'node:test'
import { responseFieldNote, statusLineNote } from '../../src/inspect/response-notes.ts'

const context = { declaredSubprotocols: [], offeredSubprotocols: [], authority: 'h' }
const note = (name: string, value: string, status = 101) => responseFieldNote(name, value, context, status)

test('explains fields of a refusal differently', () => {
  assert.match(note('Upgrade', 'websocket').meaning, /carries frames/)
  assert.equal(note('Upgrade', 'websocket', 426).citation?.text, 'RFC 9110 section 15.5.22')
  assert.match(note('Connection', 'close', 404).meaning, /closes this connection/)
  assert.match(note('Connection', 'Upgrade').meaning, /hop/)
})

test('names the selected subprotocol', () => assert.match(note('sec-websocket-protocol', 'soap').meaning, /soap/))

test('attributes other fields to the application', () => {
  for (const name of ['X-Own', '__proto__']) assert.equal(note(name, 'x').part, 'unknown')
})

test('says that scripts do not see the status', () => {
  assert.match(statusLineNote('HTTP/1.1 101 Switching Protocols', 101).meaning, /only status that opens/)
  assert.match(statusLineNote('HTTP/1.1 403 Forbidden', 403).meaning, /1006.*403 Forbidden/)
})
