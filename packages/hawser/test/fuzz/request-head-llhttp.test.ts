import { test } from 'node:test'
import { run } from '../../../../fuzz/request-head-llhttp.ts'

test('hawser and llhttp read the same request heads, or one of them refuses [RFC 9112 §11.2]', async () => {
  await run(5_000, 1)
})
