/** express-ws (asks for ws 7): routes, parameters, middleware, broadcast by `getWss`; text arrives as a Buffer, as it does with ws 8. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import express from 'express'
import expressWs from 'express-ws'
import { WebSocket } from 'ws'
import { closed } from '../help.js'

const { app, getWss } = expressWs(express())
app.use((request, _, next) => {
  request.visitor = request.headers['x-visitor']
  next()
})
app.ws('/echo/:name', (socket, request) => {
  socket.on('message', (data) => socket.send(`${request.params.name} ${request.visitor} ${Buffer.isBuffer(data)} ${data}`))
})
app.ws('/all', (socket) => {
  socket.on('message', (data) => getWss().clients.forEach((client) => client.send(String(data))))
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `ws://127.0.0.1:${server.address().port}`

const one = new WebSocket(`${url}/echo/zoe`, { headers: { 'x-visitor': 'me' } })
await once(one, 'open')
one.send('hello')
assert.equal(String((await once(one, 'message'))[0]), 'zoe me true hello')
const two = new WebSocket(`${url}/all`)
await once(two, 'open')
const heard = [once(one, 'message'), once(two, 'message')]
two.send('to all')
for (const [data] of await Promise.all(heard)) assert.equal(String(data), 'to all')

const lost = new WebSocket(`${url}/absent`)
await once(lost, 'close')
one.close(4000, 'done')
assert.deepEqual(await once(one, 'close'), [4000, Buffer.from('done')])
two.terminate()
await once(two, 'close')
await closed(server)
