import { createHash } from 'node:crypto'
import { once } from 'node:events'
import * as net from 'node:net'

/** A server that answers each request with these bytes (Latin-1), in which `$accept` becomes the value that Sec-WebSocket-Accept must have. */
export async function rawServer(answer: string, then: (socket: net.Socket) => void = () => {}) {
  const sockets = new Set<net.Socket>()
  const heads: string[] = []
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', (data) => {
      const head = data.toString('latin1')
      heads.push(head)
      const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? ''
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
      if (answer !== '') socket.write(answer.replace('$accept', accept), 'latin1')
      then(socket)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  return {
    port,
    url: `ws://127.0.0.1:${port}/`,
    heads,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** The head that opens a connection. */
export const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: $accept\r\n\r\n'
