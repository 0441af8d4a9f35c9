import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import {
  cannotCombine,
  checkClose,
  checkControlPayload,
  checkFlag,
  checkFunction,
  checkInteger,
  checkSendOptions,
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
  checkFlag('o', false)
  const wrong = [
    () => checkInteger('o', 6, 1, 5),
    () => checkInteger('o', 1.5, 1),
    () => checkOneOf('o', 'c', ['a']),
    () => checkFunction('o', 1),
    () => checkStrings('o', ['a', 1]),
    // oxlint-disable-next-line no-sparse-arrays
    () => checkStrings('o', [, 'a']),
    () => checkFlag('o', 1),
  ]
  for (const check of wrong) assert.throws(check, (error: OptionError) => error instanceof OptionError && error.option === 'o')
})

test('the options of a message are immutable and compress, each true or false, and key, a string or a number', () => {
  checkSendOptions({})
  checkSendOptions({ immutable: true, compress: false })
  for (const [options, message] of [
    [{ compres: true }, /^unknown option "compres" \(did you mean "compress"\?\)$/],
    [{ colour: 1 }, /^unknown option "colour" \(known: immutable, compress, key\)$/],
    [{ compress: 1 }, /^option compress: expected true or false, received 1$/],
    [{ key: true }, /^option key: expected a string or a number, received true$/],
    [{ immutable: 'yes' }, /^option immutable: expected true or false, received "yes"$/],
    [() => {}, /^option options: expected an object with immutable, compress, key, received a function$/],
    [null, /received null$/],
    [true, /received true$/],
  ] as const) {
    assert.throws(
      () => checkSendOptions(options as object),
      (error: Error) => error instanceof OptionError && message.test(error.message),
    )
  }
})

test('options that exclude each other are both named', () => {
  const error = cannotCombine('socketPath', 'port', '/run/a.sock')
  assert.deepEqual([error.option, error.message], ['socketPath', 'option socketPath cannot be combined with port'])
})

test('a control frame carries at most 125 bytes, and a Close frame a code that may be sent and 123 bytes of reason [RFC 6455 §5.5, §7.4]', () => {
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
