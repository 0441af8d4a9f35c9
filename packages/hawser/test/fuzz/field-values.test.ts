import { test } from 'node:test'
import { run } from '../../../../fuzz/field-values.ts'

test('RS1 mutated field values are refused or read back the same', () => {
  run(20_000, 1)
  run(5_000, 9112)
})
