import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import {
  cannotCombine,
  checkClose,
  checkControlPayload,
  checkFunction,
  checkInteger,
  checkNames,
  checkObject,
  checkOneOf,
  checkStrings,
} from '../../src/connection/option-checks.ts'
import { text } from '../core/platform.ts'

test('each check lets undefined and what fits pass, and names the option otherwise', () => {
  checkInteger('o', undefined, 1)
  checkInteger('o', 5, 1, 5)
  checkOneOf('o', 'a', ['a', 'b'])
  checkFunction('o', () => undefined)
  checkStrings('o', ['a'])
  checkObject('o', { a: 1 }, ['a'])
  const wrong = [
    () => checkInteger('o', 6, 1, 5),
    () => checkInteger('o', 1.5, 1),
    () => checkOneOf('o', 'c', ['a']),
    () => checkFunction('o', 1),
    () => checkStrings('o', ['a', 1]),
    () => checkObject('o', [], ['a']),
  ]
  for (const check of wrong) assert.throws(check, (error: OptionError) => error instanceof OptionError && error.option === 'o')
  assert.throws(
    () => checkObject('o', { b: 1 }, ['a']),
    (error: OptionError) => error.option === 'o.b',
  )
})

test('an unknown option is named with the nearest known one and all that are known', () => {
  const known = ['open', 'message', 'port']
  const messageOf = (check: () => void): string => {
    try {
      check()
    } catch (error) {
      assert.ok(error instanceof OptionError)
      return `${error.option}: ${error.message}`
    }
    return 'nothing was thrown'
  }
  checkNames({ open: 1, port: 2 }, known)
  assert.equal(
    messageOf(() => checkNames({ prot: 1 }, known)),
    'prot: unknown option "prot"; did you mean "port"? (known: open, message, port)',
  )
  assert.equal(
    messageOf(() => checkNames({ colour: 1 }, known)),
    'colour: unknown option "colour" (known: open, message, port)',
  )
  assert.equal(
    messageOf(() => checkObject('limits', { mesage: 1 }, ['message'])),
    'limits.mesage: unknown option "limits.mesage"; did you mean "limits.message"? (known: message)',
  )
})

test('options that exclude each other are both named', () => {
  const error = cannotCombine('socketPath', 'port', '/run/a.sock')
  assert.deepEqual([error.option, error.message], ['socketPath', 'option socketPath cannot be combined with port'])
})

test('a control frame carries at most 125 bytes, and a Close frame a code that may be sent and 123 bytes of reason (RFC 6455 sections 5.5 and 7.4)', () => {
  checkControlPayload(undefined)
  checkControlPayload(new Uint8Array(125))
  checkClose(1000, 'é'.repeat(61), text)
  checkClose(undefined, '', text)
  const wrong: readonly [option: string, check: () => void][] = [
    ['payload', () => checkControlPayload('text')],
    ['payload', () => checkControlPayload(new Uint8Array(126))],
    ['code', () => checkClose(1006, '', text)],
    ['code', () => checkClose(undefined, 'why', text)],
    ['reason', () => checkClose(1000, 5, text)],
    ['reason', () => checkClose(1000, 'é'.repeat(62), text)],
  ]
  for (const [option, check] of wrong) assert.throws(check, (error: OptionError) => error instanceof OptionError && error.option === option)
})
