import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findOpcode, OPCODES } from '../../../src/core/registry/opcodes.ts'

test('the six opcodes of RFC 6455 section 11.8 are found, unassigned ones are not', () => {
  assert.deepEqual(
    OPCODES.map(({ opcode }) => opcode),
    [0, 1, 2, 8, 9, 10],
  )
  for (let opcode = 0; opcode < 16; opcode++) assert.equal(findOpcode(opcode) !== undefined, [0, 1, 2, 8, 9, 10].includes(opcode))
})
