/**
 * hawser and Express on one HTTP server: Express keeps its routes, and hawser handles one path.
 *
 * Prints:
 *   GET /: the page
 *   /chat: you said hi
 *   /elsewhere: 404
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { attach, connect, HandshakeError } from 'hawser'

const app = express()
app.get('/', (_request, response) => response.send('the page'))
const http = createServer(app).listen(0, '127.0.0.1')
await once(http, 'listening')

const chat = attach(http, {
  paths: ['/chat'],
  message: (socket, message) => socket.send(`you said ${message}`),
})

const place = `127.0.0.1:${(http.address() as AddressInfo).port}`
console.log(`GET /: ${await (await fetch(`http://${place}/`)).text()}`)
const socket = await connect(`ws://${place}/chat`)
socket.send('hi')
for await (const message of socket) {
  console.log(`/chat: ${message}`)
  break
}
const error = await connect(`ws://${place}/elsewhere`).catch((thrown: unknown) => thrown)
if (error instanceof HandshakeError) console.log(`/elsewhere: ${error.response?.status}`)

await chat.drain()
http.close()
http.closeAllConnections()
