/**
 * hawser and Hono on the HTTP server of its Node adapter.
 *
 * Prints:
 *   GET /: the page
 *   /chat: you said hi
 */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { attach, connect } from 'hawser'
import { Hono } from 'hono'

const app = new Hono()
app.get('/', (context) => context.text('the page'))
const http = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
if (!http.listening) await once(http, 'listening')

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
await chat.drain()
http.close()
http.closeAllConnections()
