import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { checkFunction, checkInteger, checkObject, checkOneOf, checkStrings } from '../../src/connection/option-checks.ts'

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
