import { test } from 'node:test'
import { run } from '../../../../fuzz/field-values.ts'

test('mutated field values are refused or read back the same [RS1]', () => {
  run(20_000, 1)
  run(5_000, 9112)
})
