import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { checkNames, checkObject, checkOptions } from '../../src/core/option-names.ts'

function messageOf(check: () => void): string {
  try {
    check()
  } catch (error) {
    assert.ok(error instanceof OptionError)
    return `${error.option}: ${error.message}`
  }
  return 'nothing was thrown'
}

test('an unknown option is named with the nearest known one, or with all where none is near', () => {
  const known = ['open', 'message', 'port']
  checkNames({ open: 1, port: 2 }, known)
  assert.equal(
    messageOf(() => checkNames({ prot: 1 }, known)),
    'prot: unknown option "prot" (did you mean "port"?)',
  )
  assert.equal(
    messageOf(() => checkNames({ colour: 1 }, known)),
    'colour: unknown option "colour" (known: open, message, port)',
  )
  assert.equal(
    messageOf(() => checkObject('limits', { mesage: 1 }, ['message'])),
    'limits.mesage: unknown option "limits.mesage" (did you mean "limits.message"?)',
  )
  assert.equal(
    messageOf(() => checkOptions({ mesage: 1 }, ['message'])),
    'mesage: unknown option "mesage" (did you mean "message"?)',
  )
})

test('options are an object, or undefined', () => {
  checkObject('o', undefined, ['a'])
  checkObject('o', { a: 1 }, ['a'])
  checkOptions(Object.create(null), ['a'])
  for (const value of [null, 1, 'a', true, [], () => undefined, new Map()]) {
    assert.match(
      messageOf(() => checkObject('o', value, ['a', 'b'])),
      /^o: option o: expected an object with a, b, received /,
    )
  }
})
