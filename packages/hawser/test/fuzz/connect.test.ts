import { test } from 'node:test'
import { run } from '../../../../fuzz/connect.ts'

test('connect opens correctly or rejects with a HandshakeError, whatever the server answers [RC23, RC24]', async () => {
  await run(4_000, 1)
  await run(1_000, 9112)
})
