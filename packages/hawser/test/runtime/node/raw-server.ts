import { createHash } from 'node:crypto'
import { once } from 'node:events'
import * as net from 'node:net'
import * as tls from 'node:tls'

/** One connection to the raw server, whose bytes the test reads and writes itself. */
export interface RawConnection {
  readonly socket: net.Socket
  /** Everything received so far, as Latin-1. */
  received(): string
  /** The request head, once it is complete. */
  head(): Promise<string>
  /** Resolves once `length` bytes have come after the head. */
  afterHead(length: number): Promise<Buffer>
}

export interface RawServer {
  readonly port: number
  readonly url: string
  readonly connections: RawConnection[]
  close(): Promise<void>
}

/** A server that speaks nothing by itself: `serve` gets each connection. */
export async function rawServer(
  serve: (connection: RawConnection) => void | Promise<void>,
  options: { tls?: tls.TlsOptions; path?: string } = {},
): Promise<RawServer> {
  const connections: RawConnection[] = []
  const sockets = new Set<net.Socket>()
  const accept = (socket: net.Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const chunks: Buffer[] = []
    const bytes = (): Buffer => Buffer.concat(chunks)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    const until = async <T>(check: () => T | undefined): Promise<T> => {
      for (;;) {
        const found = check()
        if (found !== undefined) return found
        await once(socket, 'data')
      }
    }
    const end = (): number => bytes().indexOf('\r\n\r\n')
    const connection: RawConnection = {
      socket,
      received: () => bytes().toString('latin1'),
      head: () => until(() => (end() < 0 ? undefined : bytes().toString('latin1', 0, end() + 4))),
      afterHead: (length) => until(() => (end() < 0 || bytes().length < end() + 4 + length ? undefined : bytes().subarray(end() + 4))),
    }
    connections.push(connection)
    Promise.resolve(serve(connection)).catch(() => socket.destroy())
  }
  const server = options.tls === undefined ? net.createServer({ allowHalfOpen: true }, accept) : tls.createServer(options.tls, accept)
  server.on('tlsClientError', () => {})
  if (options.path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(options.path)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    url: `${options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/`,
    connections,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

export function fieldOf(head: string, name: string): string[] {
  return head
    .split('\r\n')
    .slice(1)
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((line) => line.slice(name.length + 1).trim())
}

export function acceptFor(head: string): string {
  return createHash('sha1')
    .update(`${fieldOf(head, 'Sec-WebSocket-Key')[0]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
}

/** A right 101, with fields replaced (`undefined` leaves one out) or added. */
export function switchingProtocols(head: string, fields: Record<string, string | readonly string[] | undefined> = {}): string {
  const all = new Map<string, string | readonly string[] | undefined>([
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Accept', acceptFor(head)],
    ...Object.entries(fields),
  ])
  let response = 'HTTP/1.1 101 Switching Protocols\r\n'
  for (const [name, value] of all) for (const one of value === undefined ? [] : [value].flat()) response += `${name}: ${one}\r\n`
  return `${response}\r\n`
}

/** An unmasked frame of at most 125 bytes, as a server sends it. */
export function frame(opcode: number, payload: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(payload)
  return Buffer.concat([Buffer.from([0x80 | opcode, bytes.length]), bytes])
}

/** Payloads of the masked frames of a client, each of at most 125 bytes. */
export function unmask(bytes: Buffer): { opcode: number; payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = []
  for (let at = 0; at + 6 <= bytes.length; ) {
    const length = (bytes[at + 1] as number) & 0x7f
    const key = bytes.subarray(at + 2, at + 6)
    const payload = Buffer.from(bytes.subarray(at + 6, at + 6 + length).map((byte, index) => byte ^ (key[index & 3] as number)))
    frames.push({ opcode: (bytes[at] as number) & 0x0f, payload })
    at += 6 + length
  }
  return frames
}

/** Writes one byte at a time, each in a segment of its own as far as the platform allows. */
export async function writeByteByByte(socket: net.Socket, bytes: string | Buffer): Promise<void> {
  socket.setNoDelay(true)
  for (const byte of Buffer.from(bytes as string, 'latin1')) {
    if (socket.destroyed) return
    socket.write(Buffer.from([byte]))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Runs `use` against a raw server, and closes it whatever happens. */
export async function withServer<T>(
  serve: (connection: RawConnection) => void | Promise<void>,
  use: (server: RawServer) => T | Promise<T>,
  options?: { tls?: tls.TlsOptions; path?: string },
): Promise<T> {
  const server = await rawServer(serve, options)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

/** Unlike `once`, no error stands in its way. */
export function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
  })
}
