import { once } from 'node:events'
import * as net from 'node:net'
import type { TestContext } from 'node:test'

/** What a client asked a SOCKS proxy for. */
export interface Asked {
  readonly methods: readonly number[]
  readonly credentials: string | undefined
  readonly host: string
  readonly port: number
}

export interface SocksDouble {
  readonly port: number
  readonly asked: Asked[]
  /** How many connections were made to the proxy. */
  readonly connections: () => number
}

/** @param reply the code for a destination; 0 leads to `127.0.0.1` and its port. Each byte is written by itself. */
export async function socksProxy(
  t: TestContext,
  { credentials, reply = () => 0 }: { credentials?: string; reply?: (asked: Asked) => number } = {},
): Promise<SocksDouble> {
  const asked: Asked[] = []
  let connections = 0
  const sockets = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections++
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket).catch(() => socket.destroy())
  })
  const serve = async (socket: net.Socket): Promise<void> => {
    const read = async (length: number): Promise<Buffer> => {
      for (;;) {
        const bytes: Buffer | null = length === 0 ? Buffer.alloc(0) : socket.read(length)
        if (bytes !== null) return bytes
        if (socket.readableEnded || socket.destroyed) throw new Error('the client ended the connection')
        await once(socket, 'readable')
      }
    }
    const write = async (...bytes: number[]): Promise<void> => {
      for (const byte of bytes) await new Promise((resolve) => socket.write(Uint8Array.of(byte), resolve))
    }
    const text = async (): Promise<string> => (await read((await read(1))[0] as number)).toString()
    const methods = [...(await read((await read(2))[1] as number))]
    let given: string | undefined
    if (credentials !== undefined) {
      if (!methods.includes(2)) {
        await write(5, 255)
        socket.end()
        return
      }
      await write(5, 2)
      await read(1)
      given = `${await text()}:${await text()}`
      await write(1, given === credentials ? 0 : 1)
      if (given !== credentials) {
        socket.end()
        return
      }
    } else await write(5, 0)
    const [, , , type] = await read(4)
    const host = type === 3 ? await text() : type === 1 ? (await read(4)).join('.') : (await read(16)).toString('hex')
    const port = (await read(2)).readUInt16BE()
    const request = { methods, credentials: given, host, port }
    asked.push(request)
    const code = reply(request)
    if (code !== 0) {
      await write(5, code, 0, 1, 0, 0, 0, 0, 0, 0)
      socket.end()
      return
    }
    const upstream = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    sockets.add(upstream)
    upstream.on('error', () => socket.destroy())
    await once(upstream, 'connect')
    await write(5, 0, 0, 3, 1, 97, 0, 80)
    socket.pipe(upstream).pipe(socket)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as net.AddressInfo).port, asked, connections: () => connections }
}
