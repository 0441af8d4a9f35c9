import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../src/core/nearest.ts'

test('finds the word behind a typing error', () => {
  const words = ['subprotocol', 'origin', 'any-origin', 'json', 'echo']
  for (const [typed, meant] of [
    ['subprotcol', 'subprotocol'],
    ['orgin', 'origin'],
    ['jsno', 'json'],
    ['subproto', 'subprotocol'],
    ['ecoh', 'echo'],
  ] as const) {
    assert.equal(nearest(typed, words), meant)
  }
})

test('finds the word that another library has for it, where one contains the other', () => {
  const words = ['message', 'subprotocols', 'host', 'closeTimeoutMs', 'open']
  for (const [typed, meant] of [
    ['onMessage', 'message'],
    ['onopen', 'open'],
    ['protocols', 'subprotocols'],
    ['protocol', 'subprotocols'],
    ['hostname', 'host'],
    ['timeout', undefined],
    ['tls', undefined],
  ] as const) {
    assert.equal(nearest(typed, words), meant)
  }
})

test('finds nothing when no word is close', () => {
  assert.equal(nearest('certificate', ['json', 'echo']), undefined)
  assert.equal(nearest('x', ['json', 'echo']), undefined)
  assert.equal(nearest('', []), undefined)
})
