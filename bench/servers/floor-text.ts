/**
 * The floor with the work that text asks for, whatever the protocol: it knows the length of the masked messages beforehand, collects each, makes a string
 * of it (Latin-1, so that no check is necessary), encodes the string again and writes that. It reads no frame, unmasks nothing and checks nothing.
 */
import * as net from 'node:net'
import * as tls from 'node:tls'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { clientFrame } from '../load/frames.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const switching = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
)
const frameBytes = clientFrame(Buffer.alloc(setup.payloadBytes), 1, false, 0).length
/** Buffers that have left. */
const free: Buffer[] = []

function echo(socket: net.Socket): (chunk: Buffer) => void {
  // Kept for as long as the connection is, which a server of many connections could not afford.
  let collected = Buffer.alloc(0)
  let length = 0
  return (chunk) => {
    if (length === 0 && chunk.length % frameBytes === 0) {
      write(socket, chunk)
      return
    }
    if (collected.length === 0) collected = Buffer.allocUnsafeSlow(frameBytes)
    for (let at = 0; at < chunk.length; ) {
      const next = Math.min(chunk.length, at + frameBytes - length)
      collected.set(chunk.subarray(at, next), length)
      length += next - at
      at = next
      if (length < frameBytes) return
      length = 0
      write(socket, collected)
    }
  }
}

/** All messages of a chunk leave in one write. */
function write(socket: net.Socket, frames: Buffer): void {
  const out = free.pop() ?? Buffer.allocUnsafeSlow(Math.max(65_536, frameBytes))
  for (let at = 0; at < frames.length; at += frameBytes) out.write(frames.toString('latin1', at, at + frameBytes), at, 'latin1')
  const view = out.subarray(0, frames.length)
  if (setup.tls !== undefined) socket.write(view, () => free.push(out))
  else {
    socket.write(view)
    if (socket.writableLength === 0) free.push(out)
    else socket.write('', () => free.push(out))
  }
}

const server = setup.tls === undefined ? net.createServer({ noDelay: true }, accept) : tls.createServer({ ...setup.tls, noDelay: true }, accept)

function accept(socket: net.Socket): void {
  socket.on('error', () => {})
  socket.once('data', () => {
    socket.write(switching)
    socket.on('data', echo(socket))
  })
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => answer({ port: (server.address() as net.AddressInfo).port }, usageCommands))
