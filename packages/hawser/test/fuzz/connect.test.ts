import { test } from 'node:test'
import { run } from '../../../../fuzz/connect.ts'

test('whatever a server answers, connect opens rightly or rejects with a HandshakeError [RC23, RC24]', async () => {
  await run(4_000, 1)
  await run(1_000, 9112)
})
