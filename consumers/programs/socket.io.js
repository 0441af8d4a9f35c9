/** socket.io: both transports and the upgrade, acknowledgements, 70 kB binary, compression, rooms. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { listen } from '../help.js'

const http = createServer()
const server = new Server(http, { perMessageDeflate: { threshold: 100 } })
const port = await listen(http)
const names = []
server.use((socket, next) => next(socket.handshake.auth.name === 'nobody' ? new Error('unknown') : undefined))
server.on('connection', (socket) => {
  names.push(socket.handshake.auth.name)
  socket.join('room')
  socket.on('echo', (...values) => values.pop()(...values))
  socket.on('to the room', (text) => server.to('room').emit('news', text))
  socket.on('to the others', (bytes) => socket.broadcast.compress(false).emit('news', bytes))
})

const client = async (name, transports) => {
  const socket = io(`http://127.0.0.1:${port}`, { transports, auth: { name }, forceNew: true, perMessageDeflate: { threshold: 100 } })
  await once(socket, 'connect')
  return socket
}
const binary = randomBytes(70_000)
const text = 'words that compress well, '.repeat(400)

const polling = await client('polling', ['polling'])
const websocket = await client('websocket', ['websocket'])
const upgrading = await client('upgrading', ['polling', 'websocket'])
if (upgrading.io.engine.transport.name !== 'websocket') await once(upgrading.io.engine, 'upgrade')
assert.equal(upgrading.io.engine.transport.name, 'websocket')
assert.match(websocket.io.engine.transport.ws.extensions, /permessage-deflate/)
assert.deepEqual(names, ['polling', 'websocket', 'upgrading'])

const clients = [polling, websocket, upgrading]
for (const socket of clients) {
  const [echoed, bytes, object] = await new Promise((resolve) => socket.emit('echo', text, binary, { a: [1, null] }, (...values) => resolve(values)))
  assert.equal(echoed, text)
  assert.ok(binary.equals(bytes))
  assert.deepEqual(object, { a: [1, null] })
}

const news = () => Promise.all(clients.map((socket) => once(socket, 'news')))
for (const message of ['short', text, 'grüße 👋']) {
  const received = news()
  websocket.emit('to the room', message)
  assert.deepEqual(await received, [[message], [message], [message]])
}
const others = Promise.all([once(polling, 'news'), once(upgrading, 'news')])
websocket.emit('to the others', binary)
for (const [bytes] of await others) assert.ok(binary.equals(bytes))

const refused = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], auth: { name: 'nobody' }, forceNew: true })
const [error] = await once(refused, 'connect_error')
assert.equal(error.message, 'unknown')

const left = once(websocket, 'disconnect')
const [, serverSide] = [...server.sockets.sockets.values()]
serverSide.disconnect(true)
assert.equal((await left)[0], 'io server disconnect')
const ended = once(serverSide.conn, 'close').catch(() => {})
for (const socket of [...clients, refused]) socket.disconnect()
void ended
await server.close()
