import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { serve, WebSocket } from '../../src/index.ts'
import { pair } from '../../src/testing/index.ts'

test('console.log shows the state of a connection, a WebSocket and a server, and not their internals', async () => {
  const { client } = pair({ subprotocols: ['chat'] })
  assert.match(inspect(client), /^Socket \{\s+subprotocol: 'chat',\s+readyState: 'OPEN'/)
  const server = await serve({ port: 0, message() {} })
  assert.equal(inspect(server), `Server { url: '${server.url}', connections: 0 }`)
  const webSocket = new WebSocket(server.url)
  assert.match(inspect(webSocket), /^WebSocket \{\s+url: 'ws:[^}]+readyState: 0/)
  await new Promise((resolve) => webSocket.addEventListener('open', resolve))
  assert.match(inspect(webSocket), /readyState: 1/)
  for (const shown of [client, server, webSocket]) assert.doesNotMatch(inspect(shown, { depth: 10 }), /pump|settings|#|listener/i)
  await server.close()
})
