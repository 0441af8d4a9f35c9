/** graphql-ws: queries, subscriptions that end from either side, errors, its own keepalive, a refused subprotocol, the client with ws. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { buildSchema, execute, subscribe } from 'graphql'
import { createClient } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocket, WebSocketServer } from 'ws'
import { closed, until } from '../help.js'

const schema = buildSchema('type Query { hello(name: String!): String! } type Subscription { count(to: Int!): Int! }')
let stopped = 0
const roots = {
  query: { hello: ({ name }) => `hello ${name}` },
  subscription: {
    async *count({ to }) {
      try {
        for (let i = 1; i <= to; i++) {
          yield { count: i }
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
      } finally {
        stopped++
      }
    },
  },
}
const server = new WebSocketServer({ port: 0, path: '/graphql' })
await once(server, 'listening')
const close = useServer({ schema, roots, execute, subscribe, onConnect: ({ connectionParams }) => connectionParams?.key === 'right' }, server, 20)
const url = `ws://127.0.0.1:${server.address().port}/graphql`

let pings = 0
class CountingWebSocket extends WebSocket {
  constructor(...args) {
    super(...args)
    this.on('ping', () => pings++)
  }
}
const client = createClient({ url, webSocketImpl: CountingWebSocket, connectionParams: { key: 'right' }, lazy: false })

const results = []
for await (const { data } of client.iterate({ query: 'query ($name: String!) { hello(name: $name) }', variables: { name: 'Zoë' } }))
  results.push(data.hello)
assert.deepEqual(results, ['hello Zoë'])

const counted = []
for await (const { data } of client.iterate({ query: 'subscription { count(to: 30) }' })) counted.push(data.count)
assert.deepEqual(
  counted,
  Array.from({ length: 30 }, (_, i) => i + 1),
)

for await (const { data } of client.iterate({ query: 'subscription { count(to: 1000000) }' })) if (data.count === 3) break
await until(() => stopped === 2)
const [invalid] = await Promise.allSettled([client.iterate({ query: '{ absent }' }).next()])
assert.match(invalid.reason?.[0]?.message ?? '', /Cannot query field "absent"/)
await until(() => pings >= 2)

const forbidden = createClient({ url, webSocketImpl: WebSocket, connectionParams: { key: 'wrong' }, retryAttempts: 0 })
const [refused] = await Promise.allSettled([forbidden.iterate({ query: '{ hello(name: "") }' }).next()])
assert.equal(refused.reason.code, 4403)
assert.equal(refused.reason.reason, 'Forbidden')

const [unknown] = await Promise.allSettled([once(new WebSocket(url, 'graphql-ws'), 'open')])
assert.equal(unknown.reason.message, 'Server sent no subprotocol')

await client.dispose()
await close.dispose()
await closed(server).catch(() => {})
