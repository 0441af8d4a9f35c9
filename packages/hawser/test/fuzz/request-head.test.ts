import { test } from 'node:test'
import { run } from '../../../../fuzz/request-head.ts'

test('mutated requests end in a refusal or in a 101 that a reference checker grants too (RS1) [S12.34]', () => {
  run(20_000, 1)
  // The seed that found a CR alone before the request line; `npm run fuzz` takes new ones.
  run(5_000, 8976)
})
