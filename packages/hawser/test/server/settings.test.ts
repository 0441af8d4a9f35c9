import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OptionError } from '../../src/core/errors.ts'
import { text } from '../../src/core/subprotocols/index.ts'
import { readServerSettings } from '../../src/server/settings.ts'

test('subprotocols are names or codecs, in the order of declaration; names of Object.prototype are ordinary names', () => {
  assert.deepEqual(readServerSettings({ subprotocols: ['b', 'a'] }).subprotocols, ['b', 'a'])
  const settings = readServerSettings({ subprotocols: { constructor: text(), soap: text() } })
  assert.deepEqual(settings.subprotocols, ['constructor', 'soap'])
  assert.equal(settings.codecs.has('toString'), false)
  assert.equal(readServerSettings({}).codecs.get('constructor'), undefined)
})

test('an unknown option is named together with the known ones', () => {
  assert.throws(
    () => readServerSettings({ prot: 80 } as object, ['port']),
    (error: OptionError) => error.option === 'prot' && /^unknown option "prot" \(did you mean "port"\?\)$/.test(error.message),
  )
  assert.throws(() => readServerSettings({ limits: { mesage: 1 } as object }), /unknown option "limits\.mesage" \(did you mean "limits\.message"\?\)/)
})
