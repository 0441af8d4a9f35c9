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

test('a handler that returns false cancels a cancelable event, and no other value does [HTML section 8.1.8.1]', () => {
  const { webSocket } = make()
  const cancels = (returned: unknown): boolean => {
    webSocket.onmessage = () => returned
    return !webSocket.dispatchEvent(new Event('message', { cancelable: true }))
  }
  assert.deepEqual([false, true, undefined, 0, null].map(cancels), [true, false, false, false, false])
})
