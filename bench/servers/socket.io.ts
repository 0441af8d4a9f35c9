/** socket.io on `ws` or on `@hawser/ws`, as consumers/ installs it: it echoes an event, or emits it to all. */
import * as http from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

interface SocketIo {
  on(event: string, listener: (value: any) => void): void
  emit(event: string, value: unknown): void
}

const setup = readSetup()
const installed = createRequire(fileURLToPath(new URL('../../../../consumers/package.json', import.meta.url)))
const { Server } = installed('socket.io') as { Server: new (server: http.Server, options: object) => SocketIo }
const { WebSocketServer: wsEngine } = (await import(setup.hawser || 'ws')) as { WebSocketServer: unknown }
const server = http.createServer()
// A Ping of engine.io would be counted as part of an answer.
const sockets = new Server(server, { wsEngine, transports: ['websocket'], pingInterval: 3_600_000, maxHttpBufferSize: setup.maxMessage })
sockets.on('connection', (socket: SocketIo) => {
  const to = setup.mode === 'echo' ? socket : sockets
  socket.on('echo', (text: unknown) => to.emit('echo', text))
})

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => answer({ port: (server.address() as AddressInfo).port }, usageCommands))
