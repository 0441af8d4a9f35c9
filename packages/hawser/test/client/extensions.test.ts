import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardExtension, offersOf } from '../../src/client/extensions.ts'
import type { Extension } from '../../src/core/protocol/extension.ts'

const fits: Extension = {
  name: 'x-test',
  rsv: 0,
  offers: () => [[['level', '1']], []],
  accept: () => ({ accepted: false, reason: 'not this time' }),
  confirm: () => ({ accepted: false, reason: 'not offered' }),
}
const failure = { name: 'HandshakeError', stage: 'extensions', fault: 'application' }

test('an extension is asked for its offers once for each connection', () => {
  let calls = 0
  const guarded = guardExtension({
    ...fits,
    offers: () => {
      calls++
      return [[]]
    },
  })
  assert.deepEqual(offersOf([guarded]), [{ name: 'x-test', parameters: [] }])
  guarded.offers()
  assert.equal(calls, 1)
  assert.deepEqual(guarded.confirm([], [[]]), { accepted: false, reason: 'not offered' })
  assert.deepEqual(guarded.accept([]), { accepted: false, reason: 'not this time' })
})

test('an extension whose offers throw, are not an array, or do not fit the field is a HandshakeError with the cause', () => {
  const cause = new Error('expected')
  const throwing = guardExtension({
    ...fits,
    offers: () => {
      throw cause
    },
  })
  assert.throws(() => offersOf([throwing]), { ...failure, cause })
  assert.throws(() => offersOf([guardExtension({ ...fits, offers: () => Promise.resolve() as never })]), failure)
  assert.throws(() => offersOf([guardExtension({ ...fits, offers: () => [[['a b', true]]] })]), { ...failure, message: /"a b" is not a token/ })
})

test('an extension whose confirm or open fails is a HandshakeError with the cause', () => {
  const cause = new Error('expected')
  const throws = (): never => {
    throw cause
  }
  assert.throws(() => guardExtension({ ...fits, confirm: throws }).confirm([], []), { ...failure, cause })
  for (const decision of [undefined, {}, 'yes', Promise.resolve()]) {
    assert.throws(() => guardExtension({ ...fits, confirm: () => decision as never }).confirm([], []), failure)
  }
  for (const open of [throws, () => undefined as never]) {
    const decided = guardExtension({ ...fits, confirm: () => ({ accepted: true, parameters: [], open }) }).confirm([], [])
    assert.ok(decided.accepted)
    assert.throws(() => decided.open(), failure)
  }
})
