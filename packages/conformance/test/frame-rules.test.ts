import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenByFrame } from '../src/frame-rules.ts'
import type { FrameContext } from '../src/frame-rules.ts'
import { parseFrame } from '../src/wire.ts'

function broken(hex: string, context: Partial<FrameContext> = {}): string[] {
  const frame = parseFrame(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
  assert.ok(typeof frame === 'object')
  return brokenByFrame(frame, { end: 'server', mayCompress: false, afterClose: false, ...context }).map(({ id }) => id)
}

test('frames that break no rule are not held against anybody', () => {
  for (const hex of ['8100', '0100', '8000', '8900', '8a0161', '8800', '880203e8', '88050fa0e282ac']) assert.deepEqual(broken(hex), [], hex)
  assert.deepEqual(broken('8180 00000000', { end: 'client' }), [])
  assert.deepEqual(broken('c100', { mayCompress: true }), [])
})

for (const [hex, rule, context] of [
  ['8180 00000000', 'frame-masked', {}],
  ['8100', 'frame-masked', { end: 'client' }],
  ['a100', 'frame-reserved-bits', {}],
  ['9100', 'frame-reserved-bits', { mayCompress: true }],
  ['c100', 'frame-rsv1', {}],
  ['c000', 'frame-rsv1', { mayCompress: true }],
  ['c900', 'frame-rsv1', { mayCompress: true }],
  ['817e0000', 'frame-length', {}],
  ['817f0000000000000000', 'frame-length', {}],
  ['0900', 'control-final', {}],
  ['0800', 'control-final', {}],
  ['880103', 'close-payload', {}],
  ['880203ed', 'close-code', {}],
  ['880303e8ff', 'close-reason', {}],
  ['8100', 'data-after-close', { afterClose: true }],
] as const) {
  test(`the frame ${hex} breaks ${rule} where ${JSON.stringify(context)}`, () => {
    assert.deepEqual(broken(hex, context), [rule])
  })
}

test('a Pong after a Close frame is no data frame [RFC 6455 section 5.5.1]', () => {
  assert.deepEqual(broken('8a00', { afterClose: true }), [])
})
