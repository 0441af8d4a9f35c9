/** The client of `hawser/browser` over the WebSocket that the runtime itself has, as in a browser. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, HandshakeError, json, reconnecting } from '../../src/browser.ts'
import { serve } from '../../src/index.ts'

/** So that a runtime which hangs fails its test. */
const timeout = 20_000
/** Node 20 has none. */
const isThere = (globalThis as { WebSocket?: unknown }).WebSocket !== undefined

test('the client of hawser/browser runs over the WebSocket of the runtime, or says that there is none', { timeout }, async () => {
  const server = await serve({
    port: 0,
    subprotocols: { sum: json() },
    message: (socket, message, subprotocol) => void socket.send((subprotocol === 'sum' ? (message as number) + 1 : message) as never),
  })
  if (!isThere) {
    await assert.rejects(connect(server.url), /^TypeError: this runtime has no WebSocket of its own/)
    await server.close()
    return
  }
  const typed = await connect(server.url, { subprotocols: { sum: json() } })
  typed.send(1)
  assert.deepEqual([await typed.receive(), typed.subprotocol], [2, 'sum'])
  const plain = await connect(server.url)
  for (const message of ['', 'é'.repeat(40_000), new Uint8Array([1, 2, 3])]) {
    plain.send(message)
    assert.deepEqual(await plain.receive(), message)
  }
  const { code, reason, wasClean, initiator } = await plain.close(3000, 'done')
  assert.deepEqual([code, reason, wasClean, initiator], [3000, 'done', true, 'local'])
  await typed.close()
  await server.close()
})

test('a handshake that fails is a HandshakeError over the WebSocket of the runtime, and reconnecting goes on', { timeout }, async () => {
  if (!isThere) return
  let refusals = 2
  const server = await serve({
    port: 0,
    upgrade: () => (refusals-- > 0 ? new Response('', { status: 503 }) : { context: undefined }),
  })
  await assert.rejects(connect(server.url), HandshakeError)
  const client = reconnecting(server.url, { reconnect: { firstDelayMs: 5, maxDelayMs: 10 }, state() {} })
  await client.opened
  assert.equal(client.connectionCount, 1)
  await client.close()
  await server.close()
})
