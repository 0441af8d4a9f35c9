/** engine.io and its client: fields of the response, a probe that upgrades, text and binary, compression, heartbeats, the end from both sides. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'engine.io'
import { Socket } from 'engine.io-client'
import { listen } from '../help.js'

const http = createServer()
const engine = new Server({ pingInterval: 50, pingTimeout: 2000, maxHttpBufferSize: 100_000, perMessageDeflate: { threshold: 0 }, cookie: true })
engine.attach(http)
engine.on('initial_headers', (headers) => {
  headers['x-engine'] = 'yes'
})
const port = await listen(http)
const binary = randomBytes(70_000)

for (const transports of [['websocket'], ['polling', 'websocket']]) {
  const connected = once(engine, 'connection')
  const client = new Socket(`ws://127.0.0.1:${port}`, { transports, perMessageDeflate: { threshold: 0 } })
  client.binaryType = 'nodebuffer'
  const [server] = await connected
  if (transports.length > 1) await Promise.all([once(client, 'upgrade'), once(server, 'upgrade')])
  else await once(client, 'open')
  assert.equal(server.transport.name, 'websocket')
  assert.equal(server.remoteAddress, '127.0.0.1')
  server.on('message', (data) => server.send(data))
  for (const data of ['text', 'a longer text, '.repeat(1000), '😀']) {
    const echo = once(client, 'message')
    client.send(data)
    assert.deepEqual(await echo, [data])
  }
  const echo = once(client, 'message')
  client.send(binary)
  assert.ok(binary.equals((await echo)[0]))
  const sent = new Promise((resolve) => server.send('with callback', undefined, resolve))
  await Promise.all([sent, once(client, 'message')])
  await once(client, 'ping')
  await once(server, 'heartbeat')

  const ended = Promise.all([once(client, 'close'), once(server, 'close')])
  if (transports.length > 1) server.close()
  else client.close()
  const [[clientReason], [serverReason]] = await ended
  assert.deepEqual([clientReason, serverReason], transports.length > 1 ? ['transport close', 'forced close'] : ['forced close', 'transport close'])
}

const connected = once(engine, 'connection')
const greedy = new Socket(`ws://127.0.0.1:${port}`, { transports: ['websocket'] })
const [server] = await connected
const ended = once(server, 'close')
greedy.send(randomBytes(200_000))
assert.equal((await ended)[0], 'transport error')
engine.close()
http.close()
