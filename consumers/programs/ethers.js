/** ethers: WebSocketProvider against a node of Ethereum in miniature: requests, a batch at once, a subscription to blocks, its end. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { WebSocketProvider } from 'ethers'
import { WebSocketServer } from 'ws'
import { closed, until } from '../help.js'

const hex = (number) => `0x${number.toString(16)}`
const word = (number) => `0x${number.toString(16).padStart(64, '0')}`
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
await once(server, 'listening')
let subscribed
let unsubscribed = false
server.on('connection', (socket) => {
  const answers = {
    eth_chainId: () => hex(1337),
    net_version: () => '1337',
    eth_blockNumber: () => hex(7),
    eth_getBalance: ([address]) => hex(BigInt(address) + 10n ** 18n),
    eth_subscribe: () => {
      subscribed = socket
      return '0xabc'
    },
    eth_unsubscribe: () => (unsubscribed = true),
  }
  socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(data)
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method](params) }))
  })
})

const provider = new WebSocketProvider(`ws://127.0.0.1:${server.address().port}`)
assert.equal((await provider.getNetwork()).chainId, 1337n)
assert.equal(await provider.getBlockNumber(), 7)
const balances = await Promise.all(Array.from({ length: 50 }, (_, i) => provider.getBalance(word(i).replace('0x000000000000000000000000', '0x'))))
assert.deepEqual(
  balances,
  Array.from({ length: 50 }, (_, i) => BigInt(i) + 10n ** 18n),
)

const blocks = []
await provider.on('block', (number) => blocks.push(number))
await until(() => subscribed !== undefined)
for (const number of [8, 9]) {
  subscribed.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription: '0xabc', result: { number: hex(number) } } }))
}
await until(() => blocks.length === 2)
assert.deepEqual(blocks, [8, 9])
await provider.removeAllListeners()
await until(() => unsubscribed)
await provider.getBlockNumber()
await provider.destroy()
await closed(server)
