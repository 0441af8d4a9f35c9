/** One measured server of bench/http2.ts: `hawser` speaks both HTTP versions over TLS, `bare` echoes DATA of Extended CONNECT streams. */
import * as http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { serve } from '../../src/index.ts'

const setup = JSON.parse(process.argv[2] ?? 'null') as {
  kind: 'hawser' | 'bare'
  key: string
  cert: string
  streamWindow: number
  sessionWindow: number
}
const { key, cert, streamWindow, sessionWindow } = setup

async function listen(): Promise<number> {
  if (setup.kind === 'hawser') {
    const server = await serve({
      tls: { key, cert },
      http2: { streamWindow, sessionWindow, maxConcurrentStreams: 5_000 },
      limits: { message: 0x4000_0000, sendBuffer: 0x7fff_ffff },
      keepalive: false,
      message(socket, data) {
        if (typeof data === 'string') socket.send(new Uint8Array(Number(data)))
        else if (data.length > 1_000_000) socket.send('all of it')
        else socket.send(data)
      },
    })
    return server.port
  }
  const server = http2.createSecureServer({
    key,
    cert,
    settings: { enableConnectProtocol: true, initialWindowSize: streamWindow, maxConcurrentStreams: 5_000 },
  })
  server.on('session', (session) => session.setLocalWindowSize(sessionWindow))
  server.on('stream', (stream, headers) => {
    stream.respond({ ':status': 200 })
    stream.on('error', () => undefined)
    stream.on('end', () => stream.end())
    const [, work, size] = String(headers[':path']).split('/')
    let left = Number(size)
    if (work === 'source') stream.once('data', () => stream.end(Buffer.alloc(left)))
    stream.on('data', (chunk) => {
      if (work === 'sink') {
        left -= chunk.length
        if (left <= 0) stream.write('ok')
      } else if (work !== 'source') stream.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

answer({ port: await listen() }, usageCommands)
