import { test } from 'node:test'
import { run } from '../../../../fuzz/frame-parser.ts'

test('whatever bytes come, however split: no throw, no growth beyond the limits, and what section 5 of RFC 6455 says', () => {
  run(3000, 6455)
})
