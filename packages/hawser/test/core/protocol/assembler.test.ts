import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeError, notUtf8, tooManyFragments, undefinedRsv } from '../../../src/core/protocol/assembler.ts'
import { xor } from './test-extensions.ts'

test('both assemblers fail with the same close codes, and cite the broken rule', () => {
  const errors = [notUtf8(), tooManyFragments(3), undefinedRsv(), decodeError(xor(1, 0x40), new Error('mine'))]
  assert.deepEqual(
    errors.map(({ closeCode, rule, limit }) => [closeCode, rule?.section, limit]),
    [
      [1007, '8.1', undefined],
      [1009, '10.4', 'fragments'],
      [1002, '5.2', undefined],
      [1007, '9', undefined],
    ],
  )
  assert.equal(decodeError(xor(1, 0x40), errors[0]), errors[0])
})
