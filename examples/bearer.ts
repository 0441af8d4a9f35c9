/**
 * A page in a browser cannot set fields of the opening handshake, except for the subprotocols. It sends a bearer credential as one of them. The server
 * reads it, selects the real subprotocol, and never echoes the credential.
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
