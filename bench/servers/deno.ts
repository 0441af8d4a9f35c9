import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const { Deno } = globalThis as any
const everyone = new Set<any>()

const server = Deno.serve({ port: 0, hostname: '127.0.0.1', ...setup.tls, onListen() {} }, (request: Request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 })
  socket.binaryType = 'arraybuffer'
  if (setup.mode === 'echo') socket.addEventListener('message', (event: any) => socket.send(event.data))
  else {
    socket.addEventListener('open', () => everyone.add(socket))
    socket.addEventListener('close', () => everyone.delete(socket))
    socket.addEventListener('message', (event: any) => {
      for (let i = 0; i < setup.burst; i++) for (const other of everyone) other.send(event.data)
    })
  }
  return response
})

answer({ port: server.addr.port }, usageCommands)
