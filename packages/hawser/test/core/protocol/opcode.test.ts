import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeOpcode, isControlOpcode, isReservedOpcode } from '../../../src/core/protocol/opcode.ts'

test('opcodes 3-7 and B-F are reserved, 8-F are control [RFC 6455 §5.2]', () => {
  const opcodes = Array.from({ length: 16 }, (_, opcode) => opcode)
  assert.deepEqual(opcodes.filter(isReservedOpcode), [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
  assert.deepEqual(opcodes.filter(isControlOpcode), [8, 9, 10, 11, 12, 13, 14, 15])
  assert.deepEqual([0, 1, 2, 8, 9, 10, 11].map(describeOpcode), ['continuation', 'text', 'binary', 'Close', 'Ping', 'Pong', 'reserved opcode 0xb'])
})
