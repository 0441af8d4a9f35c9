import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../src/core/handshake/fields.ts'
import { asksForWebSocket, readUpgradeField } from '../../../src/core/http1/upgrade-field.ts'

const read = (...values: string[]): ReturnType<typeof readUpgradeField> => readUpgradeField(new Fields(values.map((value) => ['Upgrade', value])))

test('Upgrade asks for WebSocket in any case, in a list and over several lines [RFC 9110 section 7.8]', () => {
  for (const values of [['websocket'], ['WebSocket'], ['h2c, websocket'], ['h2c', 'WEBSOCKET'], ['websocket/13, websocket']]) {
    assert.deepEqual(read(...values), { kind: 'websocket' }, values.join(' | '))
  }
})

test('websocket with a version, and other protocols, are not websocket', () => {
  assert.deepEqual(read('websocket/13'), { kind: 'versioned' })
  assert.deepEqual(read('h2c'), { kind: 'other' })
  assert.deepEqual(read('websocket2'), { kind: 'other' })
  assert.deepEqual(read(), { kind: 'absent' })
})

test('a malformed Upgrade asks for WebSocket when it names it', () => {
  for (const [value, asks] of [
    ['websocket;', true],
    ['h2c;', false],
  ] as const) {
    const field = read(value)
    assert.equal(field.kind, 'malformed')
    assert.equal(asksForWebSocket('1.1', field), asks)
  }
})

test('HTTP/1.0 has no Upgrade: nothing asks for WebSocket there [RFC 9110 section 7.8]', () => {
  assert.deepEqual([asksForWebSocket('1.0', read('websocket')), asksForWebSocket('1.1', read('websocket'))], [false, true])
  assert.equal(asksForWebSocket('1.1', read('websocket/13')), true)
  assert.equal(asksForWebSocket('1.1', read('h2c')), false)
})
