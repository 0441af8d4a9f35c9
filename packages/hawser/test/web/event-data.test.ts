import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toEventData } from '../../src/web/event-data.ts'

test('text is a string under every binary type', () => {
  for (const binaryType of ['blob', 'arraybuffer'] as const) assert.equal(toEventData('a', binaryType), 'a')
})

test('bytes are a Blob or an ArrayBuffer with exactly these bytes [WHATWG WebSockets section 3.1]', async () => {
  const view = Uint8Array.of(0, 1, 2, 3).subarray(1, 3)
  const blob = toEventData(view, 'blob')
  assert.ok(blob instanceof Blob)
  assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), Uint8Array.of(1, 2))
  const buffer = toEventData(view, 'arraybuffer')
  assert.ok(buffer instanceof ArrayBuffer)
  assert.deepEqual(new Uint8Array(buffer), Uint8Array.of(1, 2))
  const whole = Uint8Array.of(1, 2)
  assert.equal(toEventData(whole, 'arraybuffer'), whole.buffer, 'bytes that fill their buffer are not copied')
})
