import { test } from 'node:test'
import { run } from '../../../../fuzz/response-head.ts'

test('mutated responses end in a failure or in an agreement on the offers [RC23]', () => {
  run(20_000, 1)
  run(5_000, 9112)
})
