/** @discordjs/ws against a gateway in miniature: identify, zlib-stream compression, heartbeats, a dropped connection resumed, dispatches. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { constants, createDeflate } from 'node:zlib'
import { WebSocketManager, WebSocketShardEvents } from '@discordjs/ws'
import { WebSocketServer } from 'ws'
import { closed, until } from '../help.js'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
await once(server, 'listening')
const url = `ws://127.0.0.1:${server.address().port}`
const seen = []
server.on('connection', (socket, request) => {
  // Every message continues one deflate stream.
  const deflate = new URL(request.url, url).searchParams.get('compress') === 'zlib-stream' ? createDeflate() : undefined
  deflate?.on('data', (data) => socket.send(data))
  const send = (packet) => {
    const text = JSON.stringify(packet)
    if (deflate === undefined) socket.send(text)
    else {
      deflate.write(text)
      deflate.flush(constants.Z_SYNC_FLUSH)
    }
  }
  send({ op: 10, d: { heartbeat_interval: 30 } })
  socket.on('message', (data) => {
    const { op, d } = JSON.parse(data)
    seen.push(op)
    if (op === 1) send({ op: 11 })
    if (op === 2) {
      assert.equal(d.token, 'token')
      send({ op: 0, s: 1, t: 'READY', d: { session_id: 'session', resume_gateway_url: url, user: { id: '1' }, guilds: [] } })
      send({ op: 0, s: 2, t: 'MESSAGE_CREATE', d: { content: 'grüße' } })
    }
    if (op === 6) {
      assert.equal(d.seq, 2)
      send({ op: 0, s: 3, t: 'RESUMED', d: {} })
    }
  })
})

for (const compression of [null, 'zlib-native']) {
  seen.length = 0
  const gateway = { url, shards: 1, session_start_limit: { total: 10, remaining: 10, reset_after: 1000, max_concurrency: 1 } }
  const options = { token: 'token', intents: 0, rest: { get: async () => gateway }, shardCount: 1, handshakeTimeout: 5000, compression }
  const manager = new WebSocketManager({ ...options, fetchGatewayInformation: async () => gateway })
  const dispatches = []
  manager.on(WebSocketShardEvents.Dispatch, (...values) => dispatches.push((values[0].data ?? values[0]).t))
  manager.on(WebSocketShardEvents.Error, () => {})
  await manager.connect()
  await until(() => dispatches.includes('MESSAGE_CREATE') && seen.filter((op) => op === 1).length >= 2)
  for (const socket of server.clients) socket.terminate()
  await until(() => seen.includes(6) && dispatches.includes('RESUMED'))
  await manager.destroy()
  assert.ok(seen.indexOf(2) < seen.indexOf(6))
}
await closed(server)
