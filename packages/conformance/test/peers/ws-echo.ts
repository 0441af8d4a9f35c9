/** Run by Node: an echo server of `ws`. Prints its port. */
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  perMessageDeflate: true,
  maxPayload: 1 << 20,
  // Its option `path` compares the target as it is, and an absolute one names the same resource (RFC 9112 section 3.2.2).
  verifyClient: ({ req }, done) => done(/^(?:[a-z]+:\/\/[^/?]*)?\/(?:\?|$)/i.test(req.url ?? ''), 404),
  handleProtocols: (offered) => ['chat', 'superchat'].find((name) => offered.has(name)) ?? false,
})
server.on('listening', () => console.log((server.address() as AddressInfo).port))
server.on('connection', (socket) => {
  socket.on('error', () => {})
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
