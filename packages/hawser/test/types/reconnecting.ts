/** Compiled, never run: what must be a type error is under `@ts-expect-error`. */
import * as z from 'zod'
import { reconnecting as inBrowser } from '../../src/browser.ts'
import { binary, json, reconnecting, text } from '../../src/index.ts'
import type { RawMessage, ReconnectingSocket, SendResult, Socket } from '../../src/index.ts'
import { memoryServer } from '../../src/testing/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<_ extends true>(): void {}

interface ChatMessage {
  from: string
}
const chat = json(z.object({ from: z.string() }))

export async function raw(): Promise<void> {
  const client = reconnecting('ws://h/')
  same<Equal<ReturnType<typeof client.send>, SendResult | 'queued'>>()
  client.send('text')
  client.send(new Uint8Array(), { key: 1 })
  // @ts-expect-error objects need a codec
  client.send({})
  const message = await client.receive()
  same<Equal<typeof message, RawMessage>>()
  for await (const one of client) same<Equal<typeof one, RawMessage>>()
  const { subprotocol } = await client.opened
  same<Equal<typeof subprotocol, ''>>()
  await using other = reconnecting(new URL('ws://h/'))
  other.reconnect(4000, 'why')
  const any: ReconnectingSocket = client
  void any
}

export async function oneSubprotocol(): Promise<void> {
  const client = reconnecting('ws://h/', { subprotocols: { chat } })
  client.send({ from: 'a' })
  // @ts-expect-error no message of this subprotocol
  client.send({ from: 1 })
  // @ts-expect-error raw text is not of this subprotocol
  client.send('raw')
  same<Equal<Awaited<ReturnType<typeof client.receive>>, ChatMessage>>()
  for await (const message of client) same<Equal<typeof message, ChatMessage>>()
}

export async function severalSubprotocols(): Promise<void> {
  const client = reconnecting(({ number, signal, failure }) => (signal.aborted ? `ws://h/${number}` : String(failure?.error)), {
    subprotocols: { chat, soap: text() },
    noSubprotocol: 'accept',
    queue: { messages: 1 },
    probe: { message: 'ping' },
    open(socket) {
      same<Equal<typeof socket.subprotocol, 'chat' | 'soap' | ''>>()
    },
    message(socket, message, subprotocol) {
      if (subprotocol === 'chat') {
        same<Equal<typeof message, ChatMessage>>()
        socket.send(message)
        // @ts-expect-error not of this subprotocol
        socket.send('text')
      } else if (subprotocol === 'soap') same<Equal<typeof message, string>>()
      else same<Equal<typeof message, RawMessage>>()
    },
    prepare: ({ connectionCount }) => (connectionCount > 0 ? { headers: { Authorization: 'token' } } : undefined),
    state({ state, failure }) {
      same<Equal<typeof state, 'CONNECTING' | 'OPEN' | 'WAITING' | 'CLOSING' | 'CLOSED'>>()
      same<Equal<NonNullable<typeof failure>['delayMs'], number | undefined>>()
    },
    unsent: (_message, reason) => same<Equal<typeof reason, 'expired' | 'replaced' | 'refused' | 'closed'>>(),
  })
  // Any of them may be the one that is agreed.
  client.send({ from: 'a' })
  client.send('text')
  // @ts-expect-error none takes a number
  client.send(5)
  for await (const message of client) same<Equal<typeof message, ChatMessage | RawMessage>>()
  for await (const socket of client.connections()) if (socket.subprotocol === 'chat') socket.send({ from: 'a' })
  if (client.socket?.subprotocol === 'soap') client.socket.send('text')
  const names = reconnecting('ws://h/', { subprotocols: ['a', 'b'] })
  const { subprotocol } = await names.opened
  same<Equal<typeof subprotocol, 'a' | 'b'>>()
  reconnecting('ws://h/', { message: (socket: Socket) => socket.terminate() })
  // @ts-expect-error no such option
  reconnecting('ws://h/', { reconect: {} })
  // @ts-expect-error a URL or a string
  reconnecting(() => 5)
  names.reconnect(4000, 'why')
}

export async function browserAndMemory(): Promise<void> {
  const page = inBrowser('/chat', {
    subprotocols: { chat, 'binary.v1': binary() },
    message(socket, message, subprotocol) {
      if (subprotocol === 'chat') same<Equal<typeof message, ChatMessage>>()
      else socket.send(message)
    },
  })
  page.send({ from: 'a' })
  page.send(new Uint8Array())
  // @ts-expect-error neither takes text
  page.send('text')
  same<Equal<Awaited<ReturnType<typeof page.receive>>, ChatMessage | Uint8Array>>()
  // @ts-expect-error not for browsers
  inBrowser('/chat', { headers: {} })
  // @ts-expect-error not for browsers
  inBrowser('/chat', { prepare: () => ({ headers: {} }) })
  const memory = memoryServer({}).reconnecting('/', {
    subprotocols: { chat },
    message: (_socket, message) => same<Equal<typeof message, ChatMessage>>(),
  })
  memory.send({ from: 'a' })
  for await (const message of memory) same<Equal<typeof message, ChatMessage>>()
}
