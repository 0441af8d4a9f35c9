import assert from 'node:assert/strict'
import { test } from 'node:test'
import { citeRule, type Rule } from '../../../src/core/errors.ts'
import * as rules from '../../../src/core/protocol/rules.ts'

test('every rule names a section and says in a sentence what holds', () => {
  const all = Object.values(rules).filter((value): value is Rule => typeof value === 'object')
  assert.ok(all.length >= 18)
  for (const rule of all) {
    assert.match(citeRule(rule), /^RFC 6455 section \d+(\.\d+)*$/)
    assert.match(rule.text, /^[a-zR].+[^.]$/)
  }
  assert.equal(new Set(all.map((rule) => rule.text)).size, all.length)
})

test('an error names the violation, whose fault it is, and the close code', () => {
  const error = rules.protocolError('a frame was wrong', rules.RSV_BITS)
  assert.equal(error.message, 'a frame was wrong (RFC 6455 section 5.2)')
  assert.equal(error.fault, 'peer')
  assert.deepEqual([error.closeCode, rules.payloadError('', rules.TEXT_UTF8).closeCode, rules.tooBig('', 'message').closeCode], [1002, 1007, 1009])
})
