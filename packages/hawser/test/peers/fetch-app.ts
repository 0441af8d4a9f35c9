/** One application, served by every platform of hawser/fetch. `/log` answers with what its handlers saw. */
import { json } from '../../src/fetch/index.ts'
import type { FetchServer } from '../../src/fetch/index.ts'
import type { CloseInfo, Socket } from '../../src/index.ts'

interface App {
  readonly options: object
  /** For ordinary requests: `/drain` drains, others get the log. */
  answer(request: Request): Promise<Response>
  /** The server that has these options. */
  server: Pick<FetchServer, 'broadcast' | 'drain'> | undefined
}

/** Raw messages, like a connection without a codec. */
const raw = { decode: (data: string | Uint8Array) => data, encode: (data: string | Uint8Array) => data }

export function createApp(): App {
  const seen: string[] = []
  const note = (text: string): void => void seen.push(text)
  const options = {
    subprotocols: { 'chat.v2': json(), soap: raw },
    origins: ['https://app.example'],
    hosts: 'any',
    paths: ['/', '/exercise', '/refuse', '/throw', '/hang', '/fields', '/rooms/:id'],
    limits: { message: 4_000_000, handshakeMs: 400 },
    async upgrade(request: any, { signal }: { signal: AbortSignal }): Promise<object> {
      if (request.path === '/refuse') return new Response('who are you?', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } })
      if (request.path === '/throw') throw new Error('the hook failed')
      if (request.path === '/hang') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        note(`aborted: ${(signal.reason as Error).message}`)
        return {}
      }
      if (request.path === '/fields') return { headers: { 'x-room': 'seven' }, cookies: ['a=1', 'b=2'] }
      return { context: { room: request.parameters.id, origin: request.origin, address: request.remoteAddress } }
    },
    open(socket: Socket): void {
      note(`open ${socket.subprotocol}`)
    },
    async message(socket: Socket, message: any): Promise<void> {
      if (message === 'close') void socket.close(4002, 'server says so')
      else if (message === 'context') socket.send(JSON.stringify(socket.context))
      else if (message === 'throw') throw new Error('the handler failed')
      else if (message === 'ping') await ping(socket)
      else if (message === 'fill') fill(socket, note)
      else if (message === 'broadcast') app.server?.broadcast('to all')
      else if (String(message).startsWith('hold')) await hold(socket, message, note)
      else socket.send(message)
    },
    invalid(_socket: Socket, error: Error): void {
      note(`invalid ${error.message}`)
    },
    close(_socket: Socket, { code, reason, initiator, wasClean, error }: CloseInfo): void {
      note(`close ${code} ${reason} ${initiator} ${wasClean} ${error?.message ?? ''}`.trim())
    },
    error(error: Error, where: string): void {
      note(`error ${where} ${error.message}`)
    },
  }
  const app: App = {
    options,
    server: undefined,
    answer: async ({ url }) => Response.json(url.endsWith('/drain') ? await app.server?.drain({ graceMs: 2_000 }) : seen.splice(0)),
  }
  return app
}

async function hold(socket: Socket, message: string, note: (text: string) => void): Promise<void> {
  note(`begin ${message}`)
  await new Promise((resolve) => setTimeout(resolve, 5))
  note(`end ${message}`)
  socket.send(message)
}

async function ping(socket: Socket): Promise<void> {
  try {
    await socket.ping()
    socket.send('pong came')
  } catch (error) {
    socket.send((error as Error).message)
  }
}

/** Sends until the peer, which does not read, makes the platform buffer; the memory is the caller's again after each `send`. */
function fill(socket: Socket, note: (text: string) => void): void {
  const bytes = new Uint8Array(1_000_000)
  for (let i = 0; i < 12; i++) {
    bytes.fill(i)
    const result = socket.send(bytes)
    if (result !== 'sent') {
      note(`${result} at ${socket.bufferedAmount > 0 ? 'some' : 'no'} bytes`)
      bytes.fill(255)
      void socket.drained.then(() => note('drained'))
      socket.send('end')
      return
    }
  }
  bytes.fill(255)
  socket.send('end')
}
