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

/**
 * A server that answers each request head with the bytes that `answer` returns; for an empty text it is a WebSocket server that answers Pings and Close frames,
 * for undefined it resets the connection.
 */
export async function conditionalServer(answer: (head: string) => string | undefined) {
  const heads: string[] = []
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (data) => {
      const head = data.toString('latin1')
      // What is no request in HTTP/1.1 is a ClientHello or the preface of HTTP/2
      if (!head.startsWith('GET ')) {
        socket.destroy()
        return
      }
      heads.push(head)
      const bytes = answer(head)
      if (bytes === undefined) socket.resetAndDestroy()
      else if (bytes !== '') socket.end(bytes, 'latin1')
      else if (/^upgrade:/im.test(head)) talk(socket, head)
      else socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`,
    heads,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

function talk(socket: net.Socket, head: string): void {
  const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(switching.replace('$accept', accept))
  socket.on('data', (data) => {
    // Only small control frames are answered
    for (let at = 0; at + 6 <= data.length && (data[at + 1]! & 0x7f) < 126; at += 6 + (data[at + 1]! & 0x7f)) {
      const [opcode, length] = [data[at]! & 0x0f, data[at + 1]! & 0x7f]
      const key = data.subarray(at + 2, at + 6)
      const payload = data.subarray(at + 6, at + 6 + length).map((byte, index) => byte ^ key[index & 3]!)
      if (opcode === 9) socket.write(Buffer.concat([Buffer.from([0x8a, length]), payload]))
      if (opcode === 8) socket.end(Buffer.concat([Buffer.from([0x88, length]), payload]))
    }
  })
}
