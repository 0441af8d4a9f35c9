import assert from 'node:assert/strict'
import { test } from 'node:test'
import { responseFieldNote, statusLineNote } from '../../../src/cli/inspect/response-notes.ts'

const context = { declaredSubprotocols: [], offeredSubprotocols: [], authority: 'h' }
const note = (name: string, value: string, status = 101) => responseFieldNote(name, value, context, status)

test('a field may mean another thing in a refusal', () => {
  assert.match(note('Upgrade', 'websocket').meaning, /carries frames/)
  assert.equal(note('Upgrade', 'websocket', 426).citation?.text, 'RFC 9110 section 15.5.22')
  assert.match(note('Connection', 'close', 404).meaning, /closes this connection/)
  assert.match(note('Connection', 'Upgrade').meaning, /hop/)
})

test('the chosen subprotocol is named', () => assert.match(note('sec-websocket-protocol', 'soap').meaning, /soap/))

test('other fields are the application’s own', () => {
  for (const name of ['X-Own', '__proto__']) assert.equal(note(name, 'x').part, 'unknown')
})

test('the status line says what a script is told', () => {
  assert.match(statusLineNote('HTTP/1.1 101 Switching Protocols', 101).meaning, /only status that opens/)
  assert.match(statusLineNote('HTTP/1.1 403 Forbidden', 403).meaning, /1006.*403 Forbidden/)
})
