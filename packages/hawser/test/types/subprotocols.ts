/** Compiled, never run: what must be a type error is under `@ts-expect-error`. */
import { type } from 'arktype'
import * as v from 'valibot'
import * as z from 'zod'
import { binary, connect, json, serve, text } from '../../src/index.ts'
import type { ConnectOptions, Incoming, Outgoing, RawMessage, ServeOptions, Socket, SubprotocolCodec } from '../../src/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<_ extends true>(): void {}

const Chat = z.object({ from: z.string(), at: z.string().transform((value) => new Date(value)) })
interface ChatOut {
  from: string
  at: string
}
interface ChatIn {
  from: string
  at: Date
}

const chat = json(Chat)
same<Equal<Incoming<typeof chat>, { from: string; at: Date }>>()
same<Equal<Outgoing<typeof chat>, { from: string; at: string }>>()

const byValibot = json(v.object({ n: v.pipe(v.string(), v.transform(Number)) }))
same<Equal<Incoming<typeof byValibot>, { n: number }>>()
same<Equal<Outgoing<typeof byValibot>, { n: string }>>()

const byArktype = json(type({ 'a?': 'string', b: 'number[]' }))
same<Equal<Incoming<typeof byArktype>['b'], number[]>>()

same<Equal<Incoming<ReturnType<typeof text>>, string>>()
same<Equal<Outgoing<ReturnType<typeof binary>>, Uint8Array>>()

// @ts-expect-error a schema is needed, not a type
json({ from: 'string' })

export async function client(): Promise<void> {
  const socket = await connect('ws://h/', { subprotocols: { 'chat.v2': chat, soap: text(), 'binary.v1': binary() } })
  same<Equal<typeof socket.subprotocol, 'chat.v2' | 'soap' | 'binary.v1'>>()
  if (socket.subprotocol === 'chat.v2') {
    socket.send({ from: 'a', at: '2026-01-01' } satisfies ChatOut)
    // @ts-expect-error a Date is what arrives, not what is sent
    socket.send({ from: 'a', at: new Date() })
    // @ts-expect-error raw text is not of this subprotocol
    socket.send('raw')
    for await (const message of socket) {
      same<Equal<typeof message, { from: string; at: Date }>>()
      const typed: ChatIn = message
      void typed
    }
  } else if (socket.subprotocol === 'soap') {
    socket.send('text')
    // @ts-expect-error bytes are not text
    socket.send(new Uint8Array())
  } else {
    socket.send(new Uint8Array())
    same<Equal<typeof socket.subprotocol, 'binary.v1'>>()
  }
  // @ts-expect-error not declared
  if (socket.subprotocol === 'other') return
  // @ts-expect-error before it is narrowed, no one message fits every subprotocol
  socket.send('text')
}

export async function clientWithOne(): Promise<void> {
  const socket = await connect('ws://h/', { subprotocols: { chat } })
  socket.send({ from: 'a', at: 'b' })
  // @ts-expect-error there is no need to narrow one subprotocol, and no way around it
  socket.send({ from: 1, at: 'b' })
}

export async function clientThatGoesOn(): Promise<void> {
  const socket = await connect('ws://h/', { subprotocols: { chat }, noSubprotocol: 'accept' })
  same<Equal<typeof socket.subprotocol, 'chat' | ''>>()
  if (socket.subprotocol === '') socket.send('raw')
  else socket.send({ from: 'a', at: 'b' })
}

export async function clientWithNames(): Promise<void> {
  const socket = await connect('ws://h/', { subprotocols: ['chat', 'soap'] })
  same<Equal<typeof socket.subprotocol, 'chat' | 'soap'>>()
  for await (const message of socket) same<Equal<typeof message, RawMessage>>()
  const bare = await connect('ws://h/')
  same<Equal<typeof bare.subprotocol, ''>>()
  bare.send('x')
  bare.send(new Uint8Array())
  // @ts-expect-error objects need a codec
  bare.send({})
  const names: readonly string[] = ['a']
  const dynamic = await connect('ws://h/', { subprotocols: names })
  same<Equal<typeof dynamic.subprotocol, string>>()
}

/** `Socket` without arguments is the type of a parameter or a field that takes any socket. */
export async function anySocket(): Promise<void> {
  const sockets: Socket[] = []
  const greet = (socket: Socket): void => void sockets.push(socket)
  greet(await connect('ws://h/'))
  greet(await connect('ws://h/', { subprotocols: ['chat', 'soap'] }))
  greet(await connect('ws://h/', { subprotocols: { chat, soap: text(), 'binary.v1': binary() }, noSubprotocol: 'accept' }))
  await connect('ws://h/', { subprotocols: { chat }, open: greet, message: greet, close: greet, drained: greet })
  await serve({ subprotocols: { chat, soap: text() }, upgrade: () => ({ context: { user: 'me' } }), open: greet, message: greet, close: greet })
}

/** Handlers may return anything. */
export async function handlersThatReturn(): Promise<void> {
  await connect('ws://h/', {
    open: (socket) => socket.send('hello'),
    message: (socket, data) => socket.send(data),
    drained: (socket) => socket.bufferedAmount,
    close: (_socket, { code }) => code,
    error: (error) => [error],
    response: ({ status }) => status,
  })
}

export async function clientHandlers(): Promise<void> {
  await connect('ws://h/', {
    subprotocols: { chat, soap: text() },
    open(socket) {
      same<Equal<typeof socket.subprotocol, 'chat' | 'soap'>>()
    },
    message(socket, message, subprotocol) {
      if (subprotocol === 'chat') {
        same<Equal<typeof message, { from: string; at: Date }>>()
        socket.send({ from: message.from, at: message.at.toISOString() })
        // @ts-expect-error not of this subprotocol
        socket.send('text')
      } else {
        same<Equal<typeof message, string>>()
        socket.send(message)
      }
    },
    invalid(_socket, error) {
      same<Equal<(typeof error.issues)[number]['path'], readonly (string | number)[]>>()
    },
  })
}

export async function clientHandlersWithFewerParameters(): Promise<void> {
  const socket = await connect('ws://h/', {
    subprotocols: { chat, soap: text() },
    message(either, message) {
      same<Equal<typeof either.subprotocol, 'chat' | 'soap'>>()
      same<Equal<typeof message, string | { from: string; at: Date }>>()
    },
  })
  same<Equal<typeof socket.subprotocol, 'chat' | 'soap'>>()
  await connect('ws://h/', { subprotocols: { chat, soap: text() }, message: () => {} })
  await connect('ws://h/', {
    subprotocols: { chat },
    message: (only, { from, at }) => void only.send({ from, at: at.toISOString() }),
  })
}

export async function server(): Promise<void> {
  await serve({
    port: 0,
    subprotocols: { chat, soap: text() },
    upgrade: () => ({ context: { user: 'me' } }),
    message(socket, message, subprotocol) {
      same<Equal<typeof socket.context, { user: string }>>()
      if (subprotocol === 'chat') {
        same<Equal<typeof message, { from: string; at: Date }>>()
        socket.send({ from: message.from, at: message.at.toISOString() })
        // @ts-expect-error not of this subprotocol
        socket.send('text')
      } else if (subprotocol === 'soap') {
        same<Equal<typeof message, string>>()
        socket.send(message)
      } else {
        same<Equal<typeof message, RawMessage>>()
        socket.send(new Uint8Array())
      }
    },
  })
}

export const own: SubprotocolCodec<number, number> = {
  decode: (data) => Number(data),
  encode: (message) => String(message),
}

// @ts-expect-error what is sent is a string or bytes
export const wrong: SubprotocolCodec<number, number> = { decode: Number, encode: (message: number) => message }

// @ts-expect-error a misspelt option
void connect('ws://h/', { subprotocol: ['chat'] })
// @ts-expect-error Name a codec, not a schema
void connect('ws://h/', { subprotocols: { chat: Chat } })

// An editor completes the registered names and close codes, since the types name them; any other is allowed as well.
type Offered = Extract<NonNullable<ConnectOptions['subprotocols']>, readonly string[]>[number]
type Declared = Extract<NonNullable<ServeOptions['subprotocols']>, readonly string[]>[number]
type Code = Parameters<Socket['close']>[0]
same<Equal<Extract<Offered, 'soap'>, 'soap'>>()
same<Equal<Extract<Declared, 'v12.stomp'>, 'v12.stomp'>>()
same<Equal<Extract<Code, 1001 | 3003>, 1001 | 3003>>()
same<Equal<Extract<Code, 1004 | 1005 | 1006 | 1015>, never>>()
export const ownCode: Code = 4321
