/** Run by Node: an echo server of `ws`. Prints its port. */
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  path: '/',
  perMessageDeflate: true,
  maxPayload: 1 << 20,
  handleProtocols: (offered) => ['chat', 'superchat'].find((name) => offered.has(name)) ?? false,
})
server.on('listening', () => console.log((server.address() as AddressInfo).port))
server.on('connection', (socket) => {
  socket.on('error', () => {})
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
