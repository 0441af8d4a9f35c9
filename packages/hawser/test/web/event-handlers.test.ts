import assert from 'node:assert/strict'
import { test } from 'node:test'
import { make } from './harness.ts'

test('an event handler keeps its place when it is replaced, and null takes it away', () => {
  const made = make()
  const order: string[] = []
  made.webSocket.onopen = () => order.push('first')
  made.webSocket.addEventListener('open', () => order.push('listener'))
  made.webSocket.onopen = () => order.push('replaced')
  made.open()
  assert.deepEqual(order, ['replaced', 'listener'])
  made.webSocket.onopen = null
  made.webSocket.dispatchEvent(new Event('open'))
  assert.deepEqual(order, ['replaced', 'listener', 'listener'])
  made.webSocket.onopen = 7 as unknown as null
  assert.equal(made.webSocket.onopen, null)
})
