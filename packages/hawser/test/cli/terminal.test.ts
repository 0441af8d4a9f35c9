import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { hasColor, painter, printable } from '../../src/cli/terminal.ts'

test('control characters of a peer never reach the terminal', () => {
  assert.equal(printable('a\u001b[2Jb\r\n\u0007\u009b'), 'a\\x1b[2Jb\\x0d\\x0a\\x07\\x9b')
  assert.equal(printable('a\u202eb'), 'a\\u202eb')
  assert.equal(printable('é漢😀'), 'é漢😀')
})

test('lines and tabs stay where lines are wanted, a carriage return does not', () => {
  assert.equal(printable('a\tb\nc\rd', true), 'a\tb\nc\\x0dd')
})

test('colour is for terminals that want it (NO_COLOR, TERM=dumb)', () => {
  const output = (isTTY: boolean) => Object.assign(new Writable(), { isTTY })
  assert.equal(hasColor(output(true), {}), true)
  assert.equal(hasColor(output(false), {}), false)
  assert.equal(hasColor(output(true), { NO_COLOR: '1' }), false)
  assert.equal(hasColor(output(true), { NO_COLOR: '' }), true)
  assert.equal(hasColor(output(true), { TERM: 'dumb' }), false)
  assert.equal(painter(false)('red', 'x'), 'x')
  assert.equal(painter(true)('red', 'x'), '\u001b[31mx\u001b[0m')
})
