/** A Ping overtakes what waits in the queues of this process: at most what the runtime was given before goes first. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import { authority, localhost } from '../certificates/index.ts'
import { connectHeaders, http2Session } from '../peers/http2-client.ts'
import { openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

/** Where the first Ping begins in unmasked frames; -1 where it has not arrived. */
function offsetOfPing(bytes: Buffer): number {
  for (let at = 0; at + 10 <= bytes.length; ) {
    if (((bytes[at] as number) & 0x0f) === 9) return at
    const short = (bytes[at + 1] as number) & 0x7f
    at += short < 126 ? 2 + short : short === 126 ? 4 + bytes.readUInt16BE(at + 2) : 10 + Number(bytes.readBigUInt64BE(at + 2))
  }
  return -1
}

/** The transports, each as a stream that reads nothing and whose next byte is that of the first frame. */
const transports: Readonly<Record<string, (t: TestContext, url: string) => Promise<Duplex>>> = {
  TCP: (_t, url) => open(net.connect(Number(new URL(url).port), '127.0.0.1')),
  TLS: (_t, url) => open(tls.connect({ port: Number(new URL(url).port), servername: 'localhost', ca: authority, ALPNProtocols: ['http/1.1'] })),
  'HTTP/2': async (t, url) => {
    const session = await http2Session(t, url)
    const stream = session.request(connectHeaders(), { endStream: false })
    stream.pause()
    await once(stream, 'response')
    return stream
  },
}

async function open(socket: Duplex): Promise<Duplex> {
  socket.write(openingRequest())
  let head = ''
  while (!head.endsWith('\r\n\r\n')) {
    const octet = socket.read(1) as Buffer | null
    if (octet === null) await once(socket, 'readable')
    else head += octet.toString('latin1')
  }
  return socket
}

for (const [name, connect] of Object.entries(transports)) {
  test(`over ${name}, a Ping overtakes the megabytes that wait, at a frame boundary [RFC 6455 §5.5]`, async (t) => {
    const secure = name !== 'TCP'
    const server = await serveFor(t, {
      open() {},
      keepalive: false,
      limits: { sendBuffer: 100_000_000 },
      ...(secure ? { tls: localhost, http2: name === 'HTTP/2' } : {}),
    })
    const stream = await connect(t, server.url)
    t.after(() => stream.destroy())
    const [socket] = [...server.connections]
    assert.ok(socket !== undefined)
    let sent = 0
    while (socket.bufferedAmount < 4_000_000) {
      for (let i = 0; i < 100; i++) socket.send('x'.repeat(1000))
      sent += 100 * 1004
      await new Promise((resolve) => setImmediate(resolve))
    }
    const waiting = socket.bufferedAmount
    void socket.ping()
    const chunks: Buffer[] = []
    let length = 0
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
    })
    stream.resume()
    while (length < sent) await once(stream, 'data')
    const at = offsetOfPing(Buffer.concat(chunks))
    assert.ok(at >= 0, 'the Ping has not arrived')
    const behind = sent - at
    assert.ok(behind > waiting - 700_000, `${waiting} bytes waited, and ${behind} came behind the Ping`)
  })
}
