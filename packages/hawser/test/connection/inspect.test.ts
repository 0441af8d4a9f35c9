import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { createServer, serve, WebSocket } from '../../src/index.ts'
import { pair } from '../../src/testing/index.ts'
import { localhost } from '../certificates/index.ts'

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

test('JSON has the same of a connection and of a server, and no options, such as the private key of tls', async () => {
  const { client } = pair({ subprotocols: ['chat'] })
  assert.deepEqual(JSON.parse(JSON.stringify({ client })), {
    client: { subprotocol: 'chat', readyState: 'OPEN', extensions: [], bufferedAmount: 0 },
  })
  const server = await serve({ tls: localhost, message() {} })
  assert.equal(JSON.stringify(server), `{"url":"${server.url}","connections":0}`)
  await server.close()
  assert.equal(JSON.stringify(createServer()), '{"connections":0}')
})
