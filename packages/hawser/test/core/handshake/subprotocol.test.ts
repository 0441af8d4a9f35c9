import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../../src/core/errors.ts'
import {
  agreeOnSubprotocol,
  checkChosenSubprotocol,
  checkSubprotocolNames,
  parseSubprotocols,
  selectSubprotocol,
} from '../../../src/core/handshake/subprotocol.ts'
import { describeRefusal } from '../../../src/core/http1/refusal.ts'

test('names on one line or several are one list, all different, case-sensitive [RFC 6455 §11.3.4, RFC 7936, RC14]', () => {
  assert.deepEqual(parseSubprotocols(['a, b', 'A']), { ok: true, value: ['a', 'b', 'A'] })
  assert.equal(parseSubprotocols(['a', 'b, a']).ok, false)
  assert.equal(parseSubprotocols(['a b']).ok, false)
})

test('the first of the client, in its order, that is declared; none else [RFC 6455 §4.2.2, RS9]', () => {
  assert.equal(selectSubprotocol(['x', 'wamp', 'soap'], ['soap', 'wamp']), 'wamp')
  assert.equal(selectSubprotocol(['SOAP'], ['soap']), undefined)
  assert.equal(selectSubprotocol(['__proto__', 'constructor', 'toString'], []), undefined)
  assert.equal(selectSubprotocol([], ['soap']), undefined)
})

test('where none is offered or none matches, the policy decides: none, or 400 [S12.23]', () => {
  for (const offered of [[], ['x']]) {
    assert.deepEqual(agreeOnSubprotocol(offered, ['soap'], 'accept'), { ok: true, value: undefined })
    const outcome = agreeOnSubprotocol(offered, ['soap'], 'refuse')
    assert.ok(!outcome.ok)
    assert.equal(outcome.refusal.status, 400)
    assert.match(outcome.refusal.message, /this server speaks "soap"/)
  }
  assert.deepEqual(agreeOnSubprotocol(['x'], [], 'refuse'), { ok: true, value: undefined })
})

test('a credential among the names is passed over and never repeated, in no refusal either [S12.24]', () => {
  const offered = ['base64url.bearer.authorization.c2VjcmV0', 'soap']
  assert.deepEqual(agreeOnSubprotocol(offered, ['soap'], 'refuse'), { ok: true, value: 'soap' })
  const outcome = agreeOnSubprotocol([offered[0]!], ['soap'], 'refuse')
  assert.ok(!outcome.ok)
  assert.doesNotMatch(describeRefusal(outcome.refusal), /c2VjcmV0/)
  for (const lines of [[`${offered[0]} x`], [offered[0]!, offered[0]!]]) {
    const parsed = parseSubprotocols(lines)
    assert.ok(!parsed.ok)
    assert.doesNotMatch(parsed.message, /c2VjcmV0|"x"/)
  }
  // What a hook chose by mistake ends in the application's log.
  assert.throws(
    () => checkChosenSubprotocol(offered[0]!, offered, ['soap']),
    (error: OptionError) => !/c2VjcmV0/.test(error.message),
  )
})

test('a choice that was not offered or is not declared throws, and names the option [S12.19]', () => {
  for (const choice of ['mqtt', 'wamp', '__proto__', 'soap\r\nX: y']) {
    assert.throws(
      () => checkChosenSubprotocol(choice, ['soap', 'mqtt'], ['soap', 'wamp']),
      (error) => error instanceof OptionError && error.option === 'acceptance.subprotocol',
      choice,
    )
  }
  assert.equal(checkChosenSubprotocol('soap', ['mqtt', 'soap'], ['soap']), 'soap')
})

test('an empty choice is none [S12.20]', () => {
  assert.equal(checkChosenSubprotocol('', ['soap'], ['soap']), undefined)
  assert.equal(checkChosenSubprotocol(null, ['soap'], ['soap']), undefined)
})

test('declared names are tokens, all different [C1.16, C1.18]', () => {
  checkSubprotocolNames(['a', 'A', 'soap'], 'subprotocols')
  for (const names of [['a', 'a'], [''], ['a b'], ['a,b'], ['\u00e4']])
    assert.throws(() => checkSubprotocolNames(names, 'subprotocols'), OptionError, names.join())
})
