import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import * as http from 'node:http'
import * as net from 'node:net'
import type { Implementation } from './implementation.ts'
import { describeBytes, describeFrames, frameFor } from './frames.ts'
import type { FrameSpec } from './frames.ts'

/** One thing to do with an implementation, and to look at. */
export interface Scenario {
  readonly name: string
  readonly run: (kit: Kit) => Promise<void> | void
  /** The id of the difference in docs/ws-differences.md, where the two implementations are not the same. */
  readonly differs?: string
}

const REQUEST = [
  'GET /chat HTTP/1.1',
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
]

/** The raw other end of a connection. */
export class Peer {
  readonly socket: net.Socket
  readonly role: 'server' | 'client'
  /** The head of the request or response that it received. */
  head = ''
  ended = false
  #chunks: Buffer[] = []
  #changed: (() => void)[] = []

  /** @param role of the end that is looked at, which this is the peer of */
  constructor(socket: net.Socket, role: 'server' | 'client') {
    this.socket = socket
    this.role = role
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
    socket.on('end', () => this.#end())
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#change()
    })
  }

  get received(): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    this.#chunks = [all]
    return all
  }

  #end(): void {
    this.ended = true
    this.#change()
  }

  #change(): void {
    for (const changed of this.#changed.splice(0)) changed()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.ended) await new Promise<void>((resolve) => this.#changed.push(resolve))
  }

  /** Takes the head off what was received. */
  async readHead(): Promise<string> {
    await this.until(() => this.received.includes('\r\n\r\n'))
    const end = this.received.indexOf('\r\n\r\n')
    if (end === -1) return ''
    this.head = this.received.subarray(0, end).toString('latin1')
    this.#chunks = [this.received.subarray(end + 4)]
    return this.head
  }

  /** Frames, each in a segment of its own or, with `together`, in one. */
  send(...frames: readonly FrameSpec[]): void {
    this.socket.write(Buffer.concat(frames.map((frame) => frameFor(this.role, frame))))
  }

  frames(): string[] {
    return describeFrames(this.received)
  }

  /** Waits for that many frames. */
  async untilFrames(count: number): Promise<void> {
    await this.until(() => this.frames().filter((line) => !line.startsWith('incomplete')).length >= count)
  }

  async untilEnded(): Promise<void> {
    await this.until(() => this.ended)
  }
}

/** What a scenario works with: one of the implementations, a log, and peers. */
export class Kit {
  readonly ws: Implementation
  readonly lines: string[] = []
  readonly #cleanups: (() => void)[] = []

  constructor(ws: Implementation) {
    this.ws = ws
  }

  log(...values: readonly unknown[]): void {
    this.lines.push(values.map((value) => (typeof value === 'string' ? value : describe(value))).join(' '))
  }

  /** Logs what `call` returns or throws. */
  attempt(name: string, call: () => unknown): void {
    try {
      this.log(name, call())
    } catch (error) {
      this.log(name, 'throws', describe(error))
    }
  }

  cleanup(call: () => void): void {
    this.#cleanups.push(call)
  }

  clean(): void {
    for (const call of this.#cleanups.reverse()) call()
  }

  /** Logs every event of a WebSocket, with its state. */
  watch(socket: any, ...names: readonly string[]): any {
    for (const name of names.length > 0 ? names : ['open', 'message', 'ping', 'pong', 'error', 'close']) {
      socket.on(name, (...values: readonly unknown[]) => this.log(name, ...values, `in ${socket.readyState}`))
    }
    return socket
  }

  /** A listening server. */
  async server(options: object = {}): Promise<any> {
    const server = new this.ws.WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
    this.cleanup(() => {
      for (const client of server.clients ?? []) client.terminate()
      server.close()
    })
    await once(server, 'listening')
    return server
  }

  /** A raw client that has sent its request. */
  rawClient(port: number, fields: readonly string[] = [], request: readonly string[] = REQUEST): Peer {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.setNoDelay(true)
    this.cleanup(() => socket.destroy())
    socket.write(`${[...request, ...fields].join('\r\n')}\r\n\r\n`)
    return new Peer(socket, 'server')
  }

  /** A WebSocket of a server, and its raw client, after the opening handshake. */
  async accepted(options: object = {}, fields: readonly string[] = []): Promise<{ socket: any; peer: Peer; server: any }> {
    const server = await this.server(options)
    const peer = this.rawClient(server.address().port, fields)
    const [socket] = await once(server, 'connection')
    await peer.readHead()
    return { socket, peer, server }
  }

  /** A raw server that gives each connection to `serve` after its request; returns its port. */
  async rawServer(serve: (peer: Peer) => void): Promise<number> {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.setNoDelay(true)
      this.cleanup(() => socket.destroy())
      const peer = new Peer(socket, 'client')
      void peer.readHead().then(() => serve(peer))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.cleanup(() => server.close())
    return (server.address() as net.AddressInfo).port
  }

  /** A client, and its raw server, after the opening handshake; `behind` is in the segment of the 101. */
  async connected(
    options: object = {},
    { fields = [], behind = [], protocols }: { fields?: readonly string[]; behind?: readonly FrameSpec[]; protocols?: readonly string[] } = {},
  ): Promise<{ socket: any; peer: Peer }> {
    let arrived: (peer: Peer) => void
    const arriving = new Promise<Peer>((resolve) => {
      arrived = resolve
    })
    const port = await this.rawServer((peer) => {
      peer.socket.write(Buffer.concat([Buffer.from(switching(peer.head, fields)), ...behind.map((frame) => frameFor('client', frame))]))
      arrived(peer)
    })
    const socket = this.client(`ws://127.0.0.1:${port}`, protocols, options)
    const [peer] = await Promise.all([arriving, once(socket, 'open')])
    return { socket, peer }
  }

  /** A client that is dropped at the end. */
  client(...given: readonly unknown[]): any {
    const socket = new this.ws.WebSocket(...given)
    this.cleanup(() => {
      socket.on('error', () => undefined)
      socket.terminate()
    })
    return socket
  }

  /** Either end: the same scenario for both roles. */
  async either(role: 'server' | 'client', options: object = {}): Promise<{ socket: any; peer: Peer }> {
    return role === 'server' ? this.accepted(options) : this.connected(options)
  }

  /** An HTTP server of node. */
  async httpServer(listener?: http.RequestListener): Promise<http.Server> {
    const server = http.createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.cleanup(() => {
      server.close()
      server.closeAllConnections()
    })
    return server
  }
}

export function portOf(server: { address(): unknown }): number {
  return (server.address() as net.AddressInfo).port
}

/** The 101 for a request. */
export function switching(request: string, fields: readonly string[] = [], { accept }: { accept?: string } = {}): string {
  const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1] ?? ''
  const digest = accept ?? createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  return `${['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${digest}`, ...fields].join('\r\n')}\r\n\r\n`
}

/** A field section with what changes from run to run taken out. */
export function describeHead(head: string): string[] {
  return head.split('\r\n').map((line) =>
    line
      .replace(/^(Host: .*):\d+$/, '$1:PORT')
      .replace(/^(Sec-WebSocket-Key: ).*$/, '$1KEY')
      .replace(/^(Date: ).*$/, '$1DATE'),
  )
}

/** The event `close`; unlike `once`, an event `error` before it is no failure. */
export const closed = (emitter: { on(event: 'close', listener: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => emitter.on('close', () => resolve()))

export const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Several turns of the event loop, in which what is on its way arrives. */
export async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await tick()
}

function describe(value: unknown): string {
  if (Buffer.isBuffer(value)) return `Buffer ${describeBytes(value)}`
  if (value instanceof Uint8Array) return `Uint8Array ${describeBytes(value)}`
  if (value instanceof ArrayBuffer) return `ArrayBuffer ${describeBytes(new Uint8Array(value))}`
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  if (value instanceof Blob) return `Blob ${value.size}`
  if (value instanceof Error) return describeError(value)
  if (typeof value === 'function') return `function ${value.name}`
  if (typeof value === 'object' && value !== null) return `object ${value.constructor?.name}`
  // A callback without an error gets null or undefined, as the version of Node has it.
  return value === null || value === undefined ? 'nothing' : JSON.stringify(value)
}

/** The class, the code and the message, without a number at the end of it. */
export function describeError(error: Error & { code?: unknown }): string {
  return `${error.constructor.name} ${String(error.code ?? '-')} ${error.message.replace(/:? ?\d+$/, '').replace(/127\.0\.0\.1:\d+/, 'ADDRESS')}`
}
