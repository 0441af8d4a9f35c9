import { json, permessageDeflate, serve } from '../../src/index.ts'
import type { CloseInfo, ListeningServer } from '../../src/index.ts'
import { localhost } from '../certificates/index.ts'

/** How many messages `/sends` sends, and of how many bytes. */
export const count = 80
export const size = 256 * 1024

function request(_request: unknown, response: any): void {
  response.setHeader('content-type', 'text/html')
  response.end('<!doctype html><title>test</title>')
}

/** The servers of the pages, one in cleartext and one over TLS and HTTP/2 with permessage-deflate, and what they saw. */
export class PageServers {
  readonly plain: ListeningServer<any, any>
  readonly encrypted: ListeningServer<any, any>
  /** The connections that opened over TLS. */
  opened: any[] = []
  ends: CloseInfo[] = []
  /** The messages that `/sends` has sent. */
  sent = 0
  /** Lets `/receives` read from the page. */
  resume = (): void => undefined

  private constructor(plain: ListeningServer<any, any>, encrypted: ListeningServer<any, any>) {
    this.plain = plain
    this.encrypted = encrypted
  }

  static async start(): Promise<PageServers> {
    const plain = await serve<any, any>({
      request,
      subprotocols: { 'chat.v2': json() },
      limits: { message: 2_000_000, receiveBuffer: size },
      upgrade: ({ path }: { path: string }, { signal }: { signal: AbortSignal }) => {
        if (path === '/refuses') return new Response('no', { status: 403 })
        if (path !== '/waits') return { context: path }
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve({})))
      },
      async open(socket: any) {
        if (socket.context === '/receives') {
          socket.pause()
          servers.resume = () => socket.resume()
        }
        if (socket.context !== '/sends') return
        for (const message = new Uint8Array(size); servers.sent < count; servers.sent++) {
          if (socket.send(message) === 'closed') return
          await socket.drained
        }
      },
      message(socket: any, data: unknown) {
        if (data === 'close') void socket.close(4001, 'enough')
        else if (data === 'terminate') socket.terminate()
        else if (socket.context !== '/receives') socket.send(data)
      },
      close: (_socket: unknown, info: CloseInfo) => void servers.ends.push(info),
    } as any)
    const encrypted = await serve<any, any>({
      request,
      tls: localhost,
      extensions: [permessageDeflate()],
      open: (socket: any) => void servers.opened.push(socket),
      message: (socket: any, data: unknown) => void socket.send(data),
    } as any)
    const servers = new PageServers(plain, encrypted)
    return servers
  }

  /** The info of a connection in cleartext that ends with the close code. */
  async ended(code: number): Promise<CloseInfo> {
    for (;;) {
      const found = this.ends.find((info) => info.code === code)
      if (found !== undefined) return found
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** Forgets what it saw. */
  reset(): void {
    this.opened = []
    this.ends = []
    this.sent = 0
  }

  async close(): Promise<void> {
    await Promise.all([this.plain.close(), this.encrypted.close()])
  }
}
