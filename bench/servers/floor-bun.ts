/** The floor over `Bun.listen`: as floor.ts, over the sockets of Bun instead of its node:net. Echo only. */
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'

const { Bun } = globalThis as any
const switching =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'

const server = Bun.listen({
  port: 0,
  hostname: '127.0.0.1',
  socket: {
    open(socket: any) {
      socket.data = false
    },
    data(socket: any, chunk: Uint8Array) {
      if (socket.data === true) socket.write(chunk)
      else {
        socket.data = true
        socket.write(switching)
      }
    },
  },
})

answer({ port: server.port }, usageCommands)
