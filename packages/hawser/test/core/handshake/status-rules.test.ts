import assert from 'node:assert/strict'
import { test } from 'node:test'
import { citeRule } from '../../../src/core/errors.ts'
import { RULES } from '../../../src/core/handshake/rules.ts'
import { ruleForStatus } from '../../../src/core/handshake/status-rules.ts'
import { HTTP2_RULES } from '../../../src/core/http2/rules.ts'

test('a status code cites the section that gives it its meaning', () => {
  for (const [status, cited] of [
    [400, 'RFC 9110 section 15.5.1'],
    [403, 'RFC 9110 section 15.5.4'],
    [404, 'RFC 6455 section 4.2.2'],
    [405, 'RFC 9110 section 15.5.6'],
    [407, 'RFC 9110 section 15.5.8'],
    [408, 'RFC 9110 section 15.5.9'],
    [410, 'RFC 9110 section 15.5.11'],
    [414, 'RFC 9112 section 3'],
    [421, 'RFC 9110 section 7.4'],
    [426, 'RFC 9110 section 15.5.22'],
    [429, 'RFC 6585 section 4'],
    [431, 'RFC 6585 section 5'],
    [500, 'RFC 9110 section 15.6.1'],
    [501, 'RFC 9110 section 15.6.2'],
    [502, 'RFC 9110 section 15.6.3'],
    [503, 'RFC 9110 section 15.6.4'],
    [504, 'RFC 9110 section 15.6.5'],
    [505, 'RFC 9110 section 15.6.6'],
  ] as const) {
    assert.equal(citeRule(ruleForStatus(status, [], RULES.RC17)), cited, String(status))
  }
})

test('every other status code is left to HTTP by the rule of the bootstrap [RC17]', () => {
  for (const status of [200, 204, 301, 302, 401, 418, 599]) {
    assert.equal(ruleForStatus(status, [], RULES.RC17), RULES.RC17)
    assert.equal(ruleForStatus(status, [], HTTP2_RULES.success), HTTP2_RULES.success)
  }
})

test('a refusal that names other versions only is about the version, over HTTP/1.1 and HTTP/2 [RS7, RFC 6455 §4.4]', () => {
  assert.equal(ruleForStatus(426, ['8', '7'], RULES.RC17), RULES.RS7)
  assert.equal(ruleForStatus(400, ['8'], HTTP2_RULES.success), RULES.RS7)
  assert.notEqual(ruleForStatus(426, ['13', '8'], RULES.RC17), RULES.RS7)
  assert.notEqual(ruleForStatus(404, ['8'], RULES.RC17), RULES.RS7)
})
