import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from '../../src/cli/nearest.ts'

test('finds the word that differs by a typing error', () => {
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

test('finds nothing far from every word', () => {
  assert.equal(nearest('certificate', ['json', 'echo']), undefined)
  assert.equal(nearest('x', ['json', 'echo']), undefined)
  assert.equal(nearest('', []), undefined)
})
