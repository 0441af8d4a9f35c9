/** rpc-websockets: calls, errors, notifications, events by subscription, a batch at once, many clients, reconnection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Client, Server } from 'rpc-websockets'

const server = new Server({ port: 0, host: '127.0.0.1' })
await once(server, 'listening')
const url = `ws://127.0.0.1:${server.wss.address().port}`
const notified = []
server.register('sum', ([a, b]) => a + b)
server.register('fail', () => {
  throw new Error('no')
})
server.register('note', (params) => void notified.push(params))
server.event('news')

const client = new Client(url, { reconnect_interval: 10 })
await once(client, 'open')
const sums = await Promise.all(Array.from({ length: 100 }, (_, i) => client.call('sum', [i, 1])))
assert.deepEqual(
  sums,
  Array.from({ length: 100 }, (_, i) => i + 1),
)
const [failed, absent] = await Promise.allSettled([client.call('fail'), client.call('absent')])
assert.equal(failed.reason.data, 'no')
assert.equal(absent.reason.code, -32601)
await client.notify('note', { text: 'grüße' })
await client.subscribe('news')
const heard = once(client, 'news')
server.emit('news', 'first', { n: 2 })
assert.deepEqual(await heard, ['first', { n: 2 }])
assert.deepEqual(notified, [{ text: 'grüße' }])

const others = Array.from({ length: 20 }, () => new Client(url))
await Promise.all(others.map((other) => once(other, 'open')))
assert.equal(server.wss.clients.size, 21)
for (const other of others) other.close()

const again = once(client, 'open')
for (const socket of server.wss.clients) socket.terminate()
await again
assert.equal(await client.call('sum', [2, 3]), 5)
client.close()
await once(client, 'close')
await server.close()
