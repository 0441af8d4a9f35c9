/**
 * `close()` and `drain()` end, and leave no connection behind, whatever the peers do. Every deadline that could end a connection by itself is far away, so
 * that only the shutdown can have ended it; a test that waits for one of them runs into its timeout.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as tls from 'node:tls'
import { serve } from '../../src/runtime/node/serve.ts'
import type { ListeningServer } from '../../src/runtime/node/server.ts'
import { localhost } from '../certificates/index.ts'
import { clientFrame, openingRequest } from '../peers/raw-client.ts'

const far = 600_000
const page = 'GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n'
const flood = new Uint8Array(1_000_000)

/** What the server has done so far; a peer waits for it before the shutdown begins. */
class Seen {
  pages = 0
  hooks = 0
  opened = 0
  answered = 0
  #wake: (() => void)[] = []

  count(what: 'pages' | 'hooks' | 'opened' | 'answered'): void {
    this[what]++
    for (const wake of this.#wake.splice(0)) wake()
  }

  async until(condition: (seen: Seen) => boolean): Promise<void> {
    while (!condition(this)) await new Promise<void>((resolve) => void this.#wake.push(resolve))
  }
}

interface Peer {
  readonly name: string
  readonly only?: 'tcp' | 'tls'
  /** Before TLS, or instead of it. */
  readonly raw?: boolean
  act(socket: net.Socket): void
  /** True when the server has seen it; undefined where the server has nothing to see. */
  seen?(seen: Seen): boolean
}

const peers: readonly Peer[] = [
  { name: 'is silent', act: () => undefined },
  { name: 'is silent before its TLS handshake', only: 'tls', raw: true, act: () => undefined },
  {
    name: 'stops inside its TLS handshake',
    only: 'tls',
    raw: true,
    act: (socket) => void socket.write(new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])),
  },
  { name: 'stops inside a request head', act: (socket) => void socket.write('GET / HTTP/1.1\r\nHost: lo') },
  { name: 'ends its side at once, and stays', act: (socket) => void socket.end() },
  {
    name: 'reads no answers to pipelined requests',
    act: (socket) => {
      socket.pause()
      socket.write(page.repeat(20_000))
    },
    seen: ({ answered, pages }) => answered + pages > 0,
  },
  { name: 'waits for a page that never comes', act: (socket) => void socket.write(page), seen: ({ answered, pages }) => answered + pages > 0 },
  {
    name: 'has an Upgrade behind a page that never comes',
    act: (socket) => void socket.write(page + openingRequest('/behind')),
    seen: ({ answered, pages }) => answered + pages > 0,
  },
  { name: 'waits for a hook that never settles', act: (socket) => void socket.write(openingRequest('/never')), seen: ({ hooks }) => hooks > 0 },
  {
    name: 'floods while the hook never settles',
    act: (socket) => {
      socket.write(openingRequest('/never'))
      socket.write(flood)
    },
    seen: ({ hooks }) => hooks > 0,
  },
  {
    name: 'was refused, reads nothing and does not end',
    act: (socket) => {
      socket.pause()
      socket.write(openingRequest('/', { Origin: 'https://evil.example' }))
    },
    seen: ({ answered }) => answered > 0,
  },
  { name: 'has a connection, and answers no Close frame', act: (socket) => void socket.write(openingRequest()), seen: ({ opened }) => opened > 0 },
  {
    name: 'has a connection that does not read a long message',
    act: (socket) => {
      socket.pause()
      socket.write(openingRequest('/long'))
    },
    seen: ({ opened }) => opened > 0,
  },
  {
    name: 'has a connection whose message handler never settles, and floods it',
    act: (socket) => {
      socket.write(openingRequest())
      for (let i = 0; i < 300; i++) socket.write(clientFrame(1, 'x'.repeat(1_000)))
    },
    seen: ({ opened }) => opened > 0,
  },
  {
    name: 'has a connection, and ended its side inside a frame',
    act: (socket) => {
      socket.write(openingRequest())
      socket.end(clientFrame(1, 'hello').subarray(0, 4))
    },
    seen: ({ opened }) => opened > 0,
  },
]

async function start(carrier: 'tcp' | 'tls', ordinary: boolean): Promise<{ server: ListeningServer; seen: Seen }> {
  const seen = new Seen()
  const server = await serve({
    limits: { handshakeMs: far },
    closeTimeoutMs: far,
    keepalive: false,
    ...(carrier === 'tls' ? { tls: localhost } : {}),
    ...(ordinary ? { request: () => seen.count('pages') } : {}),
    observe: { handshake: () => seen.count('answered') },
    upgrade: ({ path }) => {
      seen.count('hooks')
      return path === '/never' ? new Promise<Record<never, never>>(() => undefined) : {}
    },
    open: (socket) => {
      seen.count('opened')
      if (socket.transport.remotePort !== undefined) socket.send(new Uint8Array(200_000))
    },
    message: () => new Promise<void>(() => undefined),
    error: () => undefined,
  })
  return { server: server as unknown as ListeningServer, seen }
}

async function connectPeer(t: TestContext, port: number, carrier: 'tcp' | 'tls', peer: Peer): Promise<{ socket: net.Socket; gone: Promise<void> }> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  let stream: net.Socket = socket
  if (carrier === 'tls' && peer.raw !== true) {
    const secure = tls.connect({ socket, rejectUnauthorized: false, allowHalfOpen: true } as tls.ConnectionOptions)
    secure.on('error', () => undefined)
    await once(secure, 'secureConnect')
    stream = secure
  }
  // A stopped peer does not notice that the server is gone until it writes: the system answers with RST.
  stream.on('data', () => undefined)
  peer.act(stream)
  const gone = new Promise<void>((resolve) => {
    for (const one of [socket, stream]) {
      one.on('close', resolve)
      one.on('end', resolve)
    }
  })
  return { socket: stream, gone }
}

for (const carrier of ['tcp', 'tls'] as const) {
  for (const ordinary of [false, true]) {
    for (const [how, shut] of [
      ['close()', (server: ListeningServer) => server.close()],
      ['drain()', (server: ListeningServer) => server.drain({ graceMs: 50 })],
    ] as const) {
      const title = `${how} ends over ${carrier}${ordinary ? ' with a request handler' : ''}`
      test(`${title}, whatever the peer does`, { timeout: 120_000, concurrency: true }, async (t) => {
        const suited = peers.filter(({ only }) => only === undefined || only === carrier)
        await Promise.all(
          suited.map((peer) => t.test(`a peer that ${peer.name}`, { timeout: 60_000 }, (one) => outlive(one, carrier, ordinary, peer, shut))),
        )
      })
    }
  }
}

async function outlive(
  t: TestContext,
  carrier: 'tcp' | 'tls',
  ordinary: boolean,
  peer: Peer,
  shut: (server: ListeningServer) => Promise<unknown>,
): Promise<void> {
  const { server, seen } = await start(carrier, ordinary)
  t.after(() => server.close())
  const { socket, gone } = await connectPeer(t, server.port, carrier, peer)
  if (peer.seen !== undefined) await seen.until(peer.seen)
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  await shut(server)
  assert.equal(server.connections.size, 0)
  socket.resume()
  await gone
}
