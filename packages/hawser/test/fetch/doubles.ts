/** Doubles of the sockets of platforms, which record what they are told. */
import { bunServer, crosswsServer } from '../../src/fetch/index.ts'
import type { BunServer, BunSocket, CrosswsPeer } from '../../src/fetch/index.ts'
import type { CloseInfo, DropReport, MessageError, Socket, UpgradeRequest } from '../../src/index.ts'
import { sampleKey } from '../peers/raw-client.ts'

/** Options of any of the servers, with handlers for any subprotocols. */
export interface AnyOptions {
  open?(socket: Socket): unknown
  message?(socket: Socket, message: any): unknown
  invalid?(socket: Socket, error: MessageError): unknown
  dropped?(socket: Socket, report: DropReport): unknown
  close?(socket: Socket, info: CloseInfo): unknown
  error?(error: unknown, where: string): unknown
  upgrade?(request: UpgradeRequest<'/rooms/:id'> & { readonly incoming: any }, control: { readonly signal: AbortSignal }): unknown
  readonly [option: string]: unknown
}

/** A valid opening handshake as a platform gives it; a field given as undefined is left out. */
export function openingOf(path: string = '/', fields: Record<string, string | undefined> = {}, init: RequestInit = {}): Request {
  const headers = new Headers()
  const all: Record<string, string | undefined> = {
    host: 'a.example',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': sampleKey,
    'sec-websocket-version': '13',
    ...fields,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) headers.set(name, value)
  return new Request(`http://a.example${path}`, { headers, ...init })
}

/** The socket of Bun, which calls the handlers of `websocket` as Bun does. */
export class BunSocketDouble implements BunSocket {
  data: unknown
  readonly sent: (string | Uint8Array)[] = []
  readonly compressed: (boolean | undefined)[] = []
  readonly calls: string[] = []
  buffered = 0
  /** What `send` returns: 0 where Bun dropped the message, or it was empty. */
  result = 1
  readonly server: BunServer

  constructor(server: BunServer) {
    this.server = server
  }

  send(data: string | Uint8Array, compress?: boolean): number {
    this.sent.push(data)
    this.compressed.push(compress)
    return this.result
  }

  /** As Bun: the handler is called within the call, with the own code. */
  close(code: number = 1000, reason: string = ''): void {
    this.calls.push(`close ${code} ${reason}`.trim())
    this.server.websocket.close(this, code, reason)
  }

  terminate(): void {
    this.calls.push('terminate')
    this.server.websocket.close(this, 1006, '')
  }

  ping(payload: Uint8Array): number {
    this.calls.push('ping')
    queueMicrotask(() => this.server.websocket.pong(this, payload))
    return 1
  }

  pong(): number {
    this.calls.push('pong')
    return 1
  }

  getBufferedAmount(): number {
    return this.buffered
  }

  pause(): void {
    this.calls.push('pause')
  }

  resume(): void {
    this.calls.push('resume')
  }
}

/** What `Bun.serve` gives to `fetch`. */
export class BunHostDouble {
  readonly hostname: string | undefined
  readonly sockets: BunSocketDouble[] = []
  readonly upgrades: (readonly (readonly [string, string])[])[] = []
  accepts = true
  readonly #server: BunServer

  constructor(server: BunServer, hostname?: string) {
    this.#server = server
    this.hostname = hostname
  }

  requestIP(): { address: string; port: number } {
    return { address: '192.0.2.1', port: 4711 }
  }

  upgrade(_request: unknown, { headers, data }: { headers?: any; data?: unknown } = {}): boolean {
    if (!this.accepts) return false
    this.upgrades.push(headers as [string, string][])
    const socket = new BunSocketDouble(this.#server)
    socket.data = data
    this.sockets.push(socket)
    this.#server.websocket.open(socket)
    return true
  }
}

/** A server for Bun and one open connection. */
export async function openOnBun(
  options: AnyOptions,
  request: Request = openingOf(),
): Promise<{ server: BunServer; host: BunHostDouble; socket: BunSocketDouble }> {
  const server = bunServer(options as never) as BunServer
  const host = new BunHostDouble(server)
  const answer = await server.fetch(request, host)
  if (answer !== undefined) throw new Error(`refused: ${answer.status} ${await answer.text()}`)
  return { server, host, socket: host.sockets[0] as BunSocketDouble }
}

/** A peer of crossws: it can neither ping nor terminate, and does not tell what is buffered. */
export class PeerDouble implements CrosswsPeer {
  readonly context: any
  readonly sent: unknown[] = []
  readonly closes: string[] = []

  constructor(context: unknown) {
    this.context = context
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(code?: number, reason?: string): void {
    this.closes.push(`${code} ${reason}`.trim())
  }
}

/** A server for crossws and one open peer. */
export async function openOnCrossws(
  options: AnyOptions,
  request: Request = openingOf(),
): Promise<{
  server: ReturnType<typeof crosswsServer>
  peer: PeerDouble
  receive(data: string | Uint8Array): void
  close(code: number, reason?: string): void
}> {
  const server = crosswsServer(options as never)
  const answer = await server.hooks.upgrade(request)
  if (answer instanceof Response) throw new Error(`refused: ${answer.status} ${await answer.text()}`)
  const peer = new PeerDouble(answer.context)
  server.hooks.open(peer)
  return {
    server: server as never,
    peer,
    receive: (data) => server.hooks.message(peer, { rawData: data, uint8Array: () => data as Uint8Array }),
    close: (code, reason = '') => server.hooks.close(peer, { code, reason }),
  }
}
