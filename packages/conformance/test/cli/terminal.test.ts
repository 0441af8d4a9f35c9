import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable } from '../../src/cli/terminal.ts'

test('escapes control characters and characters that reorder or hide text', () => {
  assert.equal(printable('a\u001b[2Jb\r\n\u0007\u009b\u007f'), 'a\\x1b[2Jb\\x0d\\x0a\\x07\\x9b\\x7f')
  assert.equal(printable('\u202e\u061c\u2028\u2066\u{e0041}'), '\\u202e\\u061c\\u2028\\u2066\\u{e0041}')
  assert.equal(printable('é漢😀'), 'é漢😀')
})
