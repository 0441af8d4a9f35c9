/** A peer that sends one byte after the other without end, at every stage: it is dropped at a deadline, and others are served meanwhile. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import { acceptKey } from '../../src/core/handshake/index.ts'
import type { HandshakeError } from '../../src/core/errors.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import type { ServeOptions } from '../../src/runtime/node/serve.ts'
import { nodePlatform } from '../../src/runtime/node/platform.ts'
import { localhost } from '../certificates/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'
import { serveFor } from '../peers/test-server.ts'

const deadline = 1_500
const limits = { handshakeMs: deadline, incompleteMs: deadline, requestMs: deadline }
/** Much longer, so that no other deadline ends the connection first. */
const keepalive = { intervalMs: 60_000, timeoutMs: 60_000 }

interface Stage {
  readonly name: string
  readonly only?: 'tcp' | 'tls'
  /** Over TLS: below it. */
  readonly raw?: boolean
  /** Sent at once. */
  readonly begin: string | Uint8Array
  /** Sent afterwards, a piece of it at a time, again and again. */
  readonly drip: string | Uint8Array
  /** Bytes of one piece. Default 1. */
  readonly piece?: number
  readonly options?: ServeOptions<any, any, any, any, any>
  /** The server's part once the connection is open. */
  readonly act?: (socket: { close(code?: number): unknown }) => void
}

const text = (size: number): Uint8Array => clientFrame(1, 'x'.repeat(size))
const open = openingRequest('/')

const stages: readonly Stage[] = [
  { name: 'the TLS handshake', only: 'tls', raw: true, begin: '', drip: '\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03' + 'r'.repeat(5_000) },
  { name: 'the request line', begin: 'GET /', drip: 'a' },
  { name: 'a field', begin: 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ', drip: 'b' },
  { name: 'whole fields', begin: 'GET / HTTP/1.1\r\nHost: localhost\r\n', drip: 'A: b\r\n', piece: 6 },
  { name: 'empty lines before the request line', begin: '', drip: '\r\n', piece: 2 },
  { name: "HTTP/2's preface", only: 'tcp', begin: '', drip: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + '\0\0\0\x04\0\0\0\0\0'.repeat(500) },
  { name: 'the PROXY header', only: 'tcp', begin: 'PROXY TCP4 1', drip: '1', options: { proxyProtocol: ['127.0.0.1'] } },
  { name: 'early data, while the hook does not answer', begin: openingRequest('/slow'), drip: '\x89' },
  { name: "a frame's header", begin: new Uint8Array([...Buffer.from(open), 0x82, 0xff, 0, 0, 0, 0, 0]), drip: '\0' },
  { name: "a frame's payload", begin: new Uint8Array([...Buffer.from(open), ...text(60_000).subarray(0, 100)]), drip: 'x' },
  {
    name: 'fragments',
    begin: new Uint8Array([...Buffer.from(open), ...clientFrame(1, 'a', { fin: false })]),
    drip: clientFrame(0, 'b', { fin: false }),
    piece: 7,
  },
  { name: 'a control frame', begin: new Uint8Array([...Buffer.from(open), ...clientFrame(9, 'x'.repeat(125)).subarray(0, 10)]), drip: 'x' },
  {
    name: 'the closing handshake that the server began',
    begin: open,
    drip: text(1),
    piece: 7,
    options: { closeTimeoutMs: deadline },
    act: (socket) => socket.close(1000),
  },
  {
    name: 'the end of the transport after the closing handshake',
    begin: new Uint8Array([...Buffer.from(open), ...clientFrame(8, '')]),
    drip: 'x',
    options: { closeTimeoutMs: deadline },
  },
  { name: 'the content of a refused request', begin: openingRequest('/missing', { 'Content-Length': '100000' }), drip: 'x' },
  {
    name: 'the content of an ordinary request',
    begin: 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n',
    drip: 'x',
    options: { request: (incoming) => void incoming.resume() },
  },
]

async function openSocket(t: TestContext, port: number, secure: boolean): Promise<net.Socket> {
  const socket = secure
    ? tls.connect({
        port,
        host: '127.0.0.1',
        ca: localhost.cert,
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        allowHalfOpen: true,
      } as tls.ConnectionOptions)
    : net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => undefined)
  t.after(() => socket.destroy())
  await once(socket, secure ? 'secureConnect' : 'connect')
  return socket
}

describe('a client', { concurrency: 12 }, () => {
  for (const { name, only, raw = false, begin, drip, piece = 1, options = {}, act } of stages) {
    for (const secure of [false, true]) {
      if (only !== undefined && (only === 'tls') !== secure) continue
      test(`that drips ${name} over ${secure ? 'TLS' : 'TCP'} is dropped, and another is served meanwhile`, async (t) => {
        const server = await serveFor(t, {
          limits,
          keepalive,
          paths: ['/', '/slow'],
          ...(secure ? { tls: localhost } : {}),
          upgrade: ({ path }) => (path === '/slow' ? new Promise<object>(() => undefined) : {}),
          message: (socket: any, message: any) => void socket.send(message),
          open: (socket: any) => act?.(socket),
          ...options,
        } as ServeOptions)
        const slow = await openSocket(t, server.port, secure && !raw)
        slow.resume()
        const bytes = typeof drip === 'string' ? Buffer.from(drip, 'latin1') : drip
        let at = 0
        const timer = setInterval(() => {
          slow.write(bytes.subarray(at, at + piece))
          at = at + piece >= bytes.length ? 0 : at + piece
        }, 20)
        t.after(() => clearInterval(timer))
        slow.write(typeof begin === 'string' ? Buffer.from(begin, 'latin1') : begin)
        const begun = performance.now()
        const closed = new Promise((resolve) => slow.once('close', resolve))
        if (act === undefined && options.proxyProtocol === undefined) {
          const socket = await connect(`${secure ? 'wss' : 'ws'}://localhost:${server.port}/`, {
            tls: { ca: localhost.cert, rejectUnauthorized: false },
          })
          socket.send('served')
          assert.equal(await socket.receive(), 'served')
          await socket.close()
        }
        await closed
        const elapsed = performance.now() - begun
        assert.ok(elapsed < deadline * 6, `dropped after ${elapsed} ms`)
        while (server.connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
      })
    }
  }
})

test('a client that reads nothing is dropped by keepalive, with what waits for it', async (t) => {
  let served = 0
  const server = await serveFor(t, {
    keepalive: { intervalMs: 200, timeoutMs: 200 },
    open: (socket) => {
      for (let i = 0; i < 100; i++) socket.send('x'.repeat(100_000))
      served++
    },
  })
  const slow = await openSocket(t, server.port, false)
  slow.pause()
  slow.write(open)
  while (served === 0 || server.connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(served, 1)
})

/** After the request; `accept` stands for the 101. */
const answers: readonly { readonly name: string; readonly begin: readonly string[]; readonly drip: string; readonly close?: boolean }[] = [
  { name: 'the status line', begin: ['HTTP/1.1 101 '], drip: 'a' },
  { name: 'a field', begin: ['HTTP/1.1 101 Switching Protocols\r\nX-A: '], drip: 'b' },
  { name: 'the content of a refusal', begin: ['HTTP/1.1 403 Forbidden\r\nContent-Length: 100000\r\n\r\n'], drip: 'c' },
  { name: 'chunks of a refusal', begin: ['HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n1'], drip: ';' },
  { name: "a frame's header", begin: ['accept', '\x82\x7f\0\0'], drip: '\0' },
  { name: "a frame's payload", begin: ['accept', '\x82\x7e\xff\xff'], drip: 'x' },
  { name: 'a control frame', begin: ['accept', '\x89\x7d'], drip: 'x' },
  { name: 'the answer to a Close frame', begin: ['accept'], drip: '\x89\0', close: true },
]

describe('a server', { concurrency: 12 }, () => {
  for (const { name, begin, drip, close = false } of answers) {
    test(`that drips ${name} is left by the client at a deadline`, async (t) => {
      const server = net.createServer((socket) => {
        let timer: ReturnType<typeof setInterval> | undefined
        let at = 0
        socket.on('error', () => undefined)
        socket.on('close', () => clearInterval(timer))
        socket.once('data', (request) => {
          const key = /Sec-WebSocket-Key: (.*)\r\n/i.exec(request.toString('latin1'))?.[1] ?? ''
          const accept = acceptKey(key, nodePlatform.sha1Base64)
          const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`
          for (const part of begin) socket.write(Buffer.from(part === 'accept' ? head : part, 'latin1'))
          timer = setInterval(() => socket.write(Buffer.from(drip.charAt(at++ % drip.length), 'latin1')), 20)
        })
      })
      t.after(() => server.close())
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const begun = performance.now()
      const ended = connect(`ws://127.0.0.1:${(server.address() as net.AddressInfo).port}/`, { limits, keepalive, closeTimeoutMs: deadline }).then(
        (socket) => (close ? socket.close() : socket.closed),
        (error: HandshakeError) => error,
      )
      await ended
      const elapsed = performance.now() - begun
      assert.ok(elapsed < deadline * 6, `left after ${elapsed} ms`)
    })
  }
})
