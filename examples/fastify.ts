/**
 * hawser and Fastify on one HTTP server. Closing Fastify closes hawser too.
 *
 * Prints:
 *   GET /: the page
 *   /chat: you said hi
 *   closed with 1001
 */
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { attach, connect } from 'hawser'

const app = Fastify()
app.get('/', async () => 'the page')
const chat = attach(app.server, {
  paths: ['/chat'],
  message: (socket, message) => socket.send(`you said ${message}`),
})
app.addHook('preClose', async () => {
  await chat.drain()
})
await app.listen({ port: 0, host: '127.0.0.1' })

const place = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
console.log(`GET /: ${await (await fetch(`http://${place}/`, { headers: { Connection: 'close' } })).text()}`)
const socket = await connect(`ws://${place}/chat`)
socket.send('hi')
for await (const message of socket) {
  console.log(`/chat: ${message}`)
  break
}
const closed = socket.closed
await app.close()
console.log(`closed with ${(await closed).code}`)
