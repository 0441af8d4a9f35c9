import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { text } from '../../src/core/subprotocols/index.ts'
import { resolveServerPolicy } from '../../src/server/policy.ts'

test('subprotocols are names or codecs, in the order of declaration; names of Object.prototype are ordinary names', () => {
  assert.deepEqual(resolveServerPolicy({ subprotocols: ['b', 'a'] }).subprotocols, ['b', 'a'])
  const policy = resolveServerPolicy({ subprotocols: { constructor: text(), soap: text() } })
  assert.deepEqual(policy.subprotocols, ['constructor', 'soap'])
  assert.equal(policy.codecs.has('toString'), false)
  assert.equal(resolveServerPolicy({}).codecs.get('constructor'), undefined)
})

test('an unknown option is named together with the known ones', () => {
  assert.throws(
    () => resolveServerPolicy({ prot: 80 } as object, ['port']),
    (error: OptionError) => error.option === 'prot' && /^unknown option "prot" \(did you mean "port"\?\)$/.test(error.message),
  )
  assert.throws(
    () => resolveServerPolicy({ limits: { mesage: 1 } as object }),
    /unknown option "limits\.mesage" \(did you mean "limits\.message"\?\)/,
  )
})
