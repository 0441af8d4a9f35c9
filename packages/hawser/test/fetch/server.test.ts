import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { openOnBun } from './doubles.ts'

test('a server has its capabilities and a live view of its connections, ends with await using, and shows no options', async () => {
  const opened = await openOnBun({ message() {} })
  const { connections } = opened.server
  assert.equal(connections.size, 1)
  assert.equal(opened.server.capabilities.platform, 'Bun.serve')
  assert.equal(inspect(opened.server), "Server { platform: 'Bun.serve', connections: 1 }")
  await opened.server[Symbol.asyncDispose]()
  assert.match(opened.socket.calls.join(), /close 1001/)
  assert.equal(connections.size, 0)
})
