import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCases, serverCases } from '../../src/index.ts'
import { ruleLink } from '../../src/report/rule-link.ts'

test('links to the section of an RFC, or to the first of several', () => {
  assert.equal(ruleLink('RFC 6455 section 5.5.1'), 'https://www.rfc-editor.org/rfc/rfc6455.html#section-5.5.1')
  assert.equal(ruleLink('RFC 7692 section 5'), 'https://www.rfc-editor.org/rfc/rfc7692.html#section-5')
  assert.equal(ruleLink('RFC 9112 sections 3 and 4'), 'https://www.rfc-editor.org/rfc/rfc9112.html#section-3')
  assert.equal(ruleLink('the manual of a library'), undefined)
})

test('every case has a link to its rule', () => {
  for (const { id, section } of [...serverCases, ...clientCases]) assert.ok(ruleLink(section) !== undefined, `${id}: ${section}`)
})
