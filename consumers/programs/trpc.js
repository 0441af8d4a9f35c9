/** tRPC over WebSocket: queries and mutations in a batch, connection parameters, subscriptions that end and that are stopped, reconnection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import { initTRPC, tracked } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocket, WebSocketServer } from 'ws'
import { closed, until } from '../help.js'

const { procedure, router } = initTRPC.context().create()
let stopped = false
const number = (value) => {
  if (typeof value !== 'number') throw new Error('no number')
  return value
}
const appRouter = router({
  double: procedure.input(number).query(({ input }) => input * 2),
  whoAmI: procedure.mutation(({ ctx }) => ctx.name),
  count: procedure.input(number).subscription(async function* ({ input, signal }) {
    signal.addEventListener('abort', () => (stopped = true))
    for (let i = 1; i <= input && !signal.aborted; i++) {
      yield tracked(String(i), i)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }),
})
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
await once(server, 'listening')
const keepAlive = { enabled: true, pingMs: 20, pongWaitMs: 2000 }
const handler = applyWSSHandler({ wss: server, router: appRouter, createContext: ({ info }) => ({ name: info.connectionParams?.name }), keepAlive })

const url = `ws://127.0.0.1:${server.address().port}`
const wsClient = createWSClient({ url, WebSocket, connectionParams: () => ({ name: 'Zoë' }), retryDelayMs: () => 5 })
const client = createTRPCClient({ links: [wsLink({ client: wsClient })] })
const doubled = await Promise.all(Array.from({ length: 50 }, (_, i) => client.double.query(i)))
assert.deepEqual(
  doubled,
  Array.from({ length: 50 }, (_, i) => 2 * i),
)
assert.equal(await client.whoAmI.mutate(), 'Zoë')
const [failed] = await Promise.allSettled([client.double.query('two')])
assert.equal(failed.reason.data.code, 'BAD_REQUEST')

const counted = []
await new Promise((onComplete, onError) => client.count.subscribe(20, { onData: ({ data }) => counted.push(data), onComplete, onError }))
assert.deepEqual(
  counted,
  Array.from({ length: 20 }, (_, i) => i + 1),
)
let latest = 0
const endless = client.count.subscribe(1_000_000, { onData: ({ data }) => (latest = data) })
await until(() => latest >= 3)
endless.unsubscribe()
await until(() => stopped)

for (const socket of server.clients) socket.terminate()
assert.equal(await client.double.query(21), 42)
handler.broadcastReconnectNotification()
assert.equal(await client.double.query(4), 8)
await wsClient.close()
await closed(server)
