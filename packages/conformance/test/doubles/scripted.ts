import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createHash } from 'node:crypto'

/** A TCP server that does with each connection what a test says. */
export class ScriptedServer implements AsyncDisposable {
  readonly url: string
  readonly #close: () => Promise<void>

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async listen(onConnection: (socket: Socket) => void, port = 0): Promise<ScriptedServer> {
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      onConnection(socket)
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return new ScriptedServer(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    })
  }

  /** A server that answers each request head with the same text. */
  static answering(text: string, port?: number): Promise<ScriptedServer> {
    return ScriptedServer.listen((socket) => void socket.once('data', () => socket.end(text, 'latin1')), port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

/** The 101 for a request head. */
export function acceptRequest(head: string): string {
  const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
}
