/** socket.io over its Redis adapter: two servers, a room across them, requests between servers. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdapter } from '@socket.io/redis-adapter'
import { Redis } from 'ioredis'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { listen, until } from '../help.js'

const folder = mkdtempSync(join(tmpdir(), 'hawser-redis-'))
const path = join(folder, 'redis.sock')
const redis = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: 'ignore' })
await until(() => existsSync(path))

const publishers = [new Redis(path), new Redis(path)]
const subscribers = publishers.map((one) => one.duplicate())
await Promise.all([...publishers, ...subscribers].map((one) => (one.status === 'ready' ? undefined : once(one, 'ready'))))
const servers = []
const clients = []
for (const [i, publisher] of publishers.entries()) {
  const http = createServer()
  const server = new Server(http, { adapter: createAdapter(publisher, subscribers[i]) })
  server.on('connection', (socket) => {
    socket.join('room')
    socket.on('say', (...values) => server.to('room').emit('said', ...values))
  })
  servers.push(server)
  clients.push(io(`http://127.0.0.1:${await listen(http)}`, { transports: ['websocket'] }))
}
await Promise.all(clients.map((socket) => once(socket, 'connect')))
// Each adapter has to know of the other before a request waits for its answer.
for (let known = 0; known < 2; ) known = Math.min(...(await Promise.all(servers.map((server) => server.of('/').adapter.serverCount()))))
assert.equal((await servers[0].in('room').fetchSockets()).length, 2)

for (const values of [['hello', Buffer.from([1, 2, 3])], ['grüße 👋'.repeat(500)]]) {
  const heard = Promise.all(clients.map((socket) => once(socket, 'said')))
  clients[1].emit('say', ...values)
  assert.deepEqual(await heard, [values, values])
}

for (const socket of clients) socket.disconnect()
for (const server of servers) await server.close()
for (const one of [...publishers, ...subscribers]) one.disconnect()
redis.kill()
await once(redis, 'exit')
rmSync(folder, { recursive: true, force: true })
