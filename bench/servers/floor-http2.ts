/** The floor under WebSockets over HTTP/2: Extended CONNECT streams of node:http2 that return the bytes of their DATA. */
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { serverFrame } from '../load/frames.ts'
import { received } from '../load/transfer.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const windows = setup.windows ?? { stream: 262_144, session: 2_097_152 }
const server = http2.createSecureServer({
  ...setup.tls,
  settings: { enableConnectProtocol: true, initialWindowSize: windows.stream, maxConcurrentStreams: 100 },
})
server.on('session', (session) => session.setLocalWindowSize(windows.session))
server.on('stream', (stream) => {
  stream.on('error', () => {})
  stream.on('end', () => stream.end())
  stream.respond({ ':status': 200 })
  if (setup.mode === 'transfer') transfer(stream)
  else stream.on('data', (chunk) => stream.write(chunk))
})

/** A short frame requests `payloadBytes` from the server; a longer one is read and discarded. */
function transfer(stream: http2.ServerHttp2Stream): void {
  const down = serverFrame(Buffer.alloc(setup.payloadBytes), 2, false)
  const whole = down.length + 4
  const thanks = serverFrame(Buffer.from(received), 1, false)
  let left = 0
  stream.on('data', (chunk: Buffer) => {
    if (left === 0 && chunk.length < 100) return void stream.write(down)
    if (left === 0) left = whole
    left -= chunk.length
    if (left === 0) stream.write(thanks)
  })
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => answer({ port: (server.address() as AddressInfo).port }, usageCommands))
