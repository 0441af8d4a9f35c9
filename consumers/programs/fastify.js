/** @fastify/websocket: routes and hooks, a refusal, broadcast by `clients`, compression, `injectWS`, close of the server. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { WebSocket } from 'ws'

const fastify = Fastify()
await fastify.register(websocket, { options: { perMessageDeflate: true, maxPayload: 1 << 20 } })
fastify.register(async (routes) => {
  routes.addHook('preValidation', async (request, reply) => {
    if (request.query.key === 'wrong') await reply.code(401).send('no')
  })
  routes.get('/echo/:name', { websocket: true }, (socket, request) => {
    socket.on('message', (data, isBinary) => socket.send(isBinary ? data : `${request.params.name}: ${data}`))
  })
  routes.get('/all', { websocket: true }, (socket) => {
    socket.on('message', (data) => fastify.websocketServer.clients.forEach((client) => client.send(String(data))))
  })
  routes.get('/plain', async () => 'plain')
})
const address = await fastify.listen({ port: 0, host: '127.0.0.1' })
const url = address.replace('http', 'ws')
const open = async (path) => {
  const socket = new WebSocket(url + path)
  await once(socket, 'open')
  return socket
}

const one = await open('/echo/zoë'.replace('ë', 'e'))
assert.equal(one.extensions, 'permessage-deflate')
one.send('hello')
assert.equal(String((await once(one, 'message'))[0]), 'zoe: hello')
one.send(Buffer.from([0, 255]))
assert.deepEqual(await once(one, 'message'), [Buffer.from([0, 255]), true])

const two = await open('/all')
const heard = [once(one, 'message'), once(two, 'message')]
two.send('to all')
for (const [data] of await Promise.all(heard)) assert.equal(String(data), 'to all')

const refused = new WebSocket(`${url}/echo/x?key=wrong`)
const [, response] = await once(refused, 'unexpected-response')
assert.equal(response.statusCode, 401)
refused.on('error', () => {})
refused.terminate()
assert.equal(await (await fetch(`${address}/plain`)).text(), 'plain')

const injected = await fastify.injectWS('/echo/injected', { headers: { 'user-agent': 'test' } })
injected.send('hello')
assert.equal(String((await once(injected, 'message'))[0]), 'injected: hello')
injected.terminate()

const ended = Promise.all([once(one, 'close'), once(two, 'close')])
await fastify.close()
for (const [code] of await ended) assert.equal(code, 1005)
