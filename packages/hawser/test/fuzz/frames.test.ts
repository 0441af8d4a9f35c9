import { test } from 'node:test'
import { run } from '../../../../fuzz/frames.ts'

test('ws and hawser read the same messages and the same violations in the same bytes', async () => {
  await run(400, 6455)
})
