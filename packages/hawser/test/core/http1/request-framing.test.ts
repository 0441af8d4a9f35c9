import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { expectsContinue, refuseContent } from '../../../src/core/http1/request-framing.ts'

test('Expect: 100-continue is recognized in any case and in a list [H4, RFC 9110 §10.1.1]', () => {
  for (const value of ['100-continue', '100-Continue', 'x, 100-continue ']) assert.equal(expectsContinue(new Fields([['Expect', value]])), true)
  for (const value of ['100', 'x-100-continue', '']) assert.equal(expectsContinue(new Fields([['Expect', value]])), false)
  assert.equal(expectsContinue(new Fields()), false)
})

test('a framing error names its rule, and every such refusal closes the connection [H9, H12]', () => {
  const ruleOf = (lines: [string, string][]): string | undefined => {
    const refusal = refuseContent(new Fields(lines))
    if (refusal !== undefined) assert.equal(refusal.close, true)
    return refusal?.rule && `${refusal.rule.id} ${refusal.rule.section}`
  }
  assert.equal(ruleOf([]), undefined)
  assert.equal(ruleOf([['Content-Length', '0']]), undefined)
  assert.equal(ruleOf([['Content-Length', '1']]), 'H12 9.3.1')
  assert.equal(ruleOf([['Transfer-Encoding', 'chunked']]), 'H12 9.3.1')
  assert.equal(
    ruleOf([
      ['Transfer-Encoding', 'chunked'],
      ['Content-Length', '1'],
    ]),
    'H9 6.1',
  )
  assert.equal(ruleOf([['Transfer-Encoding', 'identity']]), 'H9 6.3')
  assert.equal(ruleOf([['Content-Length', '1e0']]), 'H9 6.3')
})
