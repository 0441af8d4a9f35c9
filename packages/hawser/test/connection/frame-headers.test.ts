import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headerLength, maskingKeyOf, payloadLength } from '../../src/connection/frame-headers.ts'
import { serializeFrame } from '../../src/core/protocol/index.ts'

test('reads length, payload length and masking key of a header, of each form of the length [RFC 6455 §5.2]', () => {
  for (const size of [0, 125, 126, 65_535, 65_536]) {
    for (const maskingKey of [undefined, 0x0102_0304]) {
      const frame = serializeFrame({ opcode: 2, payload: new Uint8Array(size), maskingKey })
      const behind = Buffer.concat([new Uint8Array(3), frame])
      assert.equal(headerLength(frame[1]!), frame.length - size)
      assert.equal(payloadLength(behind, 3), size)
      assert.deepEqual(maskingKeyOf(frame), maskingKey === undefined ? undefined : Uint8Array.of(1, 2, 3, 4))
    }
  }
})
