import { test } from 'node:test'
import { run } from '../../../../fuzz/deflate.ts'

test('node:zlib, fflate and hawser read each other, and every path of the codec reads changed bytes alike', async () => {
  await run(150, 7692)
})
