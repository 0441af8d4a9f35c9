import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isToken } from '../../../src/core/handshake/field-values.ts'
import { findSubprotocol, SUBPROTOCOLS } from '../../../src/core/registry/subprotocol-names.ts'
import type { SubprotocolName } from '../../../src/core/registry/subprotocol-names.ts'

test('registered subprotocols are found as they are written: names are case-sensitive [RFC 7936 §2]', () => {
  assert.equal(findSubprotocol('mqtt')?.name, 'mqtt')
  assert.equal(findSubprotocol('xmpp')?.reference, 'RFC 7395')
  for (const name of ['MQTT', 'x', 'constructor', '__proto__', 'toString']) assert.equal(findSubprotocol(name), undefined)
})

test('all 69 names are tokens, all different without regard to case [RFC 7936 §2]', () => {
  assert.equal(SUBPROTOCOLS.length, 69)
  assert.ok(SUBPROTOCOLS.every(({ name }) => isToken(name)))
  assert.equal(new Set(SUBPROTOCOLS.map(({ name }) => name.toLowerCase())).size, 69)
  assert.ok(SUBPROTOCOLS.every(({ description, reference }) => description !== '' && reference !== ''))
})

test('any token is a subprotocol name for the compiler', () => {
  const names: SubprotocolName[] = ['soap', 'chat.v2']
  assert.equal(names.length, 2)
})
