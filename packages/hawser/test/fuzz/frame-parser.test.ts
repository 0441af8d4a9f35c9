import { test } from 'node:test'
import { run } from '../../../../fuzz/frame-parser.ts'

test('any bytes in any pieces: no exception, no growth beyond the limits, and the result of a plain reading of section 5 [RFC 6455 §5]', () => {
  run(3000, 6455)
})
