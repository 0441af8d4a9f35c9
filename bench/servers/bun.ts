import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const { Bun } = globalThis as any

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  ...(setup.tls === undefined ? {} : { tls: setup.tls }),
  fetch: (request: unknown, self: any) => (self.upgrade(request) ? undefined : new Response('', { status: 400 })),
  websocket: {
    perMessageDeflate: setup.deflate,
    maxPayloadLength: setup.maxMessage,
    backpressureLimit: 4 * setup.maxMessage,
    open: (socket: any) => void (setup.mode === 'broadcast' && socket.subscribe('all')),
    message:
      setup.mode === 'echo'
        ? (socket: any, data: string | Uint8Array) => void socket.send(data, setup.deflate)
        : (_: any, data: string | Uint8Array) => {
            for (let i = 0; i < setup.burst; i++) server.publish('all', data)
          },
  },
})

answer({ port: server.port }, usageCommands)
