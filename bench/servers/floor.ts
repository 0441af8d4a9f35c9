/**
 * The floor: it answers the first bytes with a constant 101, then returns the bytes that arrive, or sends a prepared buffer to all connections.
 * No server in JavaScript over the sockets of this runtime can do less.
 */
import * as net from 'node:net'
import * as tls from 'node:tls'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { serverFrame } from '../load/frames.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const switching = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
)
const frame = serverFrame(Buffer.alloc(setup.payloadBytes, 'a'), 1, false)
const prepared = Buffer.concat(Array.from({ length: setup.burst }, () => frame))
const sockets = new Set<net.Socket>()

function accept(socket: net.Socket): void {
  socket.on('error', () => {})
  socket.on('close', () => sockets.delete(socket))
  sockets.add(socket)
  socket.once('data', () => {
    socket.write(switching)
    socket.on('data', setup.mode === 'echo' ? (chunk) => socket.write(chunk) : toEveryone)
  })
}

function toEveryone(): void {
  for (const socket of sockets) socket.write(prepared)
}

const server = setup.tls === undefined ? net.createServer({ noDelay: true }, accept) : tls.createServer({ ...setup.tls, noDelay: true }, accept)
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => answer({ port: (server.address() as net.AddressInfo).port }, usageCommands))
