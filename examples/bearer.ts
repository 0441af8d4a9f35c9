/**
 * A page in a browser can set no field of the opening handshake but the subprotocols. A bearer credential travels as one of them; the
 * server reads it, chooses the real one, and never echoes the credential.
 *
 * Prints:
 *   agreed on chat as ada
 *   a wrong token: 403
 */
import { connect, HandshakeError, serve } from 'hawser'
import { bearerName, readBearer } from 'hawser/subprotocols'

const users = new Map([['secret-1', 'ada']])

const server = await serve({
  subprotocols: ['chat'],
  upgrade(request) {
    const user = users.get(readBearer(request.subprotocols) ?? '')
    return user === undefined ? new Response('no', { status: 403 }) : { context: user }
  },
  open: (socket) => socket.send(socket.context),
})

// In a page: new WebSocket(url, ['chat', bearerName(token)])
const socket = await connect(server.url, { subprotocols: ['chat', bearerName('secret-1')] })
for await (const name of socket) {
  console.log(`agreed on ${socket.subprotocol} as ${name}`)
  break
}
await socket.close()
const error = await connect(server.url, { subprotocols: ['chat', bearerName('guess')] }).catch((thrown: unknown) => thrown)
if (error instanceof HandshakeError) console.log(`a wrong token: ${error.response?.status}`)
await server.drain()
