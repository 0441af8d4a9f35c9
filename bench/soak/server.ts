/** The server of the soak, a separate process: the same handlers without TLS, and with TLS and HTTP/2. */
import { longestStall, takeCensus } from './census.ts'
import type * as Hawser from '../../packages/hawser/src/index.ts'
import { answer } from '../channel.ts'

export interface SoakSetup {
  readonly hawser: string
  readonly tls: { readonly key: string; readonly cert: string }
}

/** Counts of the server; `open` is what is left of each kind. */
export interface SoakCounts {
  readonly opened: number
  readonly closed: number
  readonly refused: number
  readonly messages: number
  readonly open: number
  readonly errors: readonly string[]
}

const setup = JSON.parse(process.argv[2] ?? 'null') as SoakSetup
const { serve, permessageDeflate } = (await import(setup.hawser)) as typeof Hawser
const counts = { opened: 0, closed: 0, refused: 0, messages: 0 }
const errors: string[] = []

const flood = new Uint8Array(16_384).fill(7)
const options = {
  extensions: [permessageDeflate({ idleReleaseMs: 2_000 })],
  // A Ping behind a message that is being decompressed waits for it, on a machine with more work than cores for some seconds.
  keepalive: { intervalMs: 3_000, timeoutMs: 20_000 },
  closeTimeoutMs: 5_000,
  limits: { sendBuffer: 1 << 20, message: 1 << 20, connections: 2_000, incompleteMs: 5_000 },
  upgrade: async ({ path }: { path: string }) => {
    if (path === '/refuse') return new Response('no', { status: 401 })
    if (path === '/fail') throw new Error('expected')
    if (path === '/slow') await new Promise((resolve) => setTimeout(resolve, 20))
    return { context: path }
  },
  open(socket: Hawser.Socket) {
    counts.opened++
    if (socket.context === '/flood') for (let i = 0; i < 100; i++) socket.send(flood)
    if (socket.context === '/bye') void socket.close(4000, 'bye')
  },
  message(socket: Hawser.Socket, message: string | Uint8Array) {
    counts.messages++
    if (socket.context === '/throw') throw new Error('expected')
    socket.send(message)
  },
  close() {
    counts.closed++
  },
  refused() {
    counts.refused++
  },
  error(error: unknown) {
    if ((error as Error).message !== 'expected') errors.push(String(error))
  },
}
const request: Hawser.ServeOptions['request'] = (incoming, response) => {
  incoming.resume()
  response.end('page')
}
const servers = [await serve({ ...options, request } as object), await serve({ ...options, request, tls: setup.tls } as object)]

answer(
  { ports: servers.map(({ port }) => port) },
  {
    census: takeCensus,
    longestStall,
    counts: (): SoakCounts => ({ ...counts, errors, open: servers.reduce((sum, { connections }) => sum + connections.size, 0) }),
    broadcast: (message: string) => servers.map((server) => server.broadcast(message)),
  },
)
