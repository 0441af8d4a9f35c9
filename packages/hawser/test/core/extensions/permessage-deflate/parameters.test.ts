import assert from 'node:assert/strict'
import test from 'node:test'
import { parseParameters, serializeParameters } from '../../../../src/core/extensions/permessage-deflate/parameters.ts'
import type { ExtensionParameter } from '../../../../src/core/protocol/extension.ts'

const reason = (parameters: readonly ExtensionParameter[], where: 'offer' | 'response'): string => {
  const parsed = parseParameters(parameters, where)
  return parsed.ok ? 'accepted' : parsed.reason
}

test('an unknown parameter, a duplicate and an invalid value have different messages, with the section [PD1, RFC 7692 §7.1]', () => {
  assert.match(reason([['x', true]], 'offer'), /unknown parameter "x" \(RFC 7692 section 7\.1\)/)
  assert.match(reason([['__proto__', '1']], 'offer'), /unknown parameter "__proto__"/)
  assert.match(reason([['constructor', true]], 'response'), /unknown parameter "constructor"/)
  for (const where of ['offer', 'response'] as const) {
    assert.match(
      reason(
        [
          ['server_no_context_takeover', true],
          ['server_no_context_takeover', true],
        ],
        where,
      ),
      /more than once/,
    )
    assert.match(
      reason(
        [
          ['server_max_window_bits', '10'],
          ['server_max_window_bits', '10'],
        ],
        where,
      ),
      /more than once/,
    )
  }
})

test('the two no_context_takeover parameters take no value [PD3, RFC 7692 §7.1.1.1, §7.1.1.2]', () => {
  for (const name of ['server_no_context_takeover', 'client_no_context_takeover']) {
    for (const where of ['offer', 'response'] as const) {
      assert.equal(reason([[name, true]], where), 'accepted')
      for (const value of ['', '1', 'true']) assert.match(reason([[name, value]], where), /takes no value.*section 7\.1\.1/)
    }
  }
})

test('window bits are decimals from 8 to 15 without leading zeroes [PD4, PD5, CVE-2026-2229, RFC 7692 §7.1.2]', () => {
  for (const name of ['server_max_window_bits', 'client_max_window_bits']) {
    for (const where of ['offer', 'response'] as const) {
      for (const good of ['8', '9', '10', '11', '12', '13', '14', '15']) assert.equal(reason([[name, good]], where), 'accepted')
      for (const bad of ['0', '7', '16', '99', '', '08', '015', '1e1', '+9', '-9', ' 9', '9 ', '9.0', '0x9', '１０', '9\n', '1'.repeat(5000)]) {
        assert.match(reason([[name, bad]], where), /must be a decimal from 8 to 15/, bad)
        assert.ok(reason([[name, bad]], where).length < 250)
      }
    }
  }
})

test('client_max_window_bits may lack its value in an offer only, server_max_window_bits never [PD5]', () => {
  assert.equal(reason([['client_max_window_bits', true]], 'offer'), 'accepted')
  assert.match(reason([['client_max_window_bits', true]], 'response'), /must have a value in a response.*7\.1\.2\.2/)
  assert.match(reason([['server_max_window_bits', true]], 'offer'), /must have a value.*7\.1\.2\.1/)
  assert.match(reason([['server_max_window_bits', true]], 'response'), /must have a value/)
})

test('parameters are written as they are read', () => {
  const all: readonly ExtensionParameter[] = [
    ['server_no_context_takeover', true],
    ['client_no_context_takeover', true],
    ['server_max_window_bits', '10'],
    ['client_max_window_bits', true],
  ]
  const parsed = parseParameters(all, 'offer')
  assert.ok(parsed.ok)
  assert.deepEqual(serializeParameters(parsed.value), all)
})
