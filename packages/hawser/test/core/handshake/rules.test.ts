import assert from 'node:assert/strict'
import { test } from 'node:test'
import { citeRule } from '../../../src/core/errors.ts'
import { RULES } from '../../../src/core/handshake/rules.ts'

test('every rule cites a document and a section and has one sentence [RS1]', () => {
  for (const [id, rule] of Object.entries(RULES)) {
    assert.match(citeRule(rule), /^(?:RFC \d+ section [\d.]+|WHATWG WebSockets section .+)$/, id)
    assert.match(rule.text, /^[\x20-\x7e]+$/, id)
    if (rule.id !== undefined) assert.ok(id === rule.id || id.startsWith(`${rule.id}.`), id)
    assert.ok(Object.isFrozen(rule))
  }
  assert.equal(RULES['RS2.key'].id, 'RS2')
})
