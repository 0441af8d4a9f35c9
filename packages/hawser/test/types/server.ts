import * as z from 'zod'
import { json, text } from '../../src/core/subprotocols/index.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { serve } from '../../src/runtime/node/serve.ts'
import type { ListeningServer, Server } from '../../src/runtime/node/server.ts'
import type { Socket } from '../../src/connection/socket.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function expectType<Expected>(): <Actual>(value: Actual, same: Same<Actual, Expected>) => void {
  return () => undefined
}

const chat = json(z.object({ user: z.string(), at: z.number() }))

// The third argument narrows the first two, and the context comes from the hook.
export const typed = serve({
  port: 0,
  subprotocols: { 'chat.v2': chat, soap: text() },
  async upgrade(request) {
    if (request.path === '/no') return new Response('no', { status: 403 })
    return { context: { id: 7 } }
  },
  open(socket) {
    expectType<number>()(socket.context.id, true)
    if (socket.subprotocol === 'chat.v2') {
      socket.send({ user: 'a', at: 1 })
      // @ts-expect-error a chat message has a user
      socket.send({ at: 1 })
      // @ts-expect-error chat does not carry raw text
      socket.send('text')
    } else if (socket.subprotocol === 'soap') {
      socket.send('<a/>')
      // @ts-expect-error soap carries text
      socket.send({ user: 'a', at: 1 })
    } else {
      socket.send(new Uint8Array(1))
    }
    // @ts-expect-error not a name that was declared
    if (socket.subprotocol === 'other') socket.close()
  },
  message(socket, message, subprotocol) {
    if (subprotocol === 'chat.v2') {
      expectType<{ user: string; at: number }>()(message, true)
      socket.send(message)
    } else if (subprotocol === 'soap') {
      expectType<string>()(message, true)
      socket.send(message)
    } else {
      expectType<string | Uint8Array>()(message, true)
    }
  },
})

// A handler of fewer parameters, which nothing narrows.
export const two = serve({
  subprotocols: { 'chat.v2': chat, soap: text() },
  upgrade: () => ({ context: { id: 7 } }),
  message(socket, message) {
    expectType<number>()(socket.context.id, true)
    expectType<{ user: string; at: number } | string | Uint8Array>()(message, true)
  },
})
export const one = serve({ subprotocols: { soap: text() }, message: (socket) => socket.close().then(() => undefined) })

// Names alone: raw messages, and a name that is one of them or none.
export const named = serve({
  subprotocols: ['a', 'b'],
  message(socket, message) {
    expectType<'a' | 'b' | ''>()(socket.subprotocol, true)
    expectType<string | Uint8Array>()(message, true)
    expectType<undefined>()(socket.context, true)
    socket.send(message)
    // @ts-expect-error a raw message is a string or bytes
    socket.send({})
  },
})

// Iterating narrows as well.
export async function iterate(socket: Socket<'soap', string, string, { id: number }>): Promise<void> {
  for await (const message of socket) expectType<string>()(message, true)
}

// The server's own members carry the types.
export async function use(): Promise<void> {
  const server = await typed
  for (const socket of server.connections) expectType<number>()(socket.context.id, true)
  server.broadcast({ user: 'a', at: 1 }, { filter: (socket) => socket.context.id > 1 && socket.subprotocol === 'chat.v2' })
  server.broadcast('<a/>')
  // @ts-expect-error no subprotocol carries a number
  server.broadcast(5)
  await server.drain({ graceMs: 5, code: 1012 })
  // @ts-expect-error 1000 is not a code for a drain
  await server.drain({ code: 1000 })
}

// @ts-expect-error port is a number
void serve({ port: '80' })
// @ts-expect-error an unknown option
void serve({ prot: 80 })
// @ts-expect-error a policy has two names
void serve({ noSubprotocol: 'maybe' })

// A handler may return anything.
export const anything = serve({
  open: (socket) => socket.send('hello'),
  message: (socket, data) => socket.send(data),
  drained: async (socket) => socket.bufferedAmount,
  close: () => 5,
  error: (error) => [error],
})

// A server and a socket without type arguments are of any subprotocols and any context.
export async function anyServer(): Promise<void> {
  const servers: Server[] = [await typed, await named, await strict, await anything]
  const listening: ListeningServer = await typed
  const handle = (socket: Socket): string => socket.send('x')
  for (const socket of (await typed).connections) handle(socket)
  handle(await connect('ws://h/'))
  handle(await connect('ws://h/', { subprotocols: { 'chat.v2': chat, soap: text() } }))
  await serve({ subprotocols: { soap: text() }, upgrade: () => ({ context: { id: 7 } }), message: handle })
  servers[0]?.broadcast('x')
  await listening.close()
}

// noSubprotocol: 'refuse' rules out the connection without subprotocol.
export const strict = serve({
  subprotocols: { 'chat.v2': chat },
  noSubprotocol: 'refuse',
  open(socket) {
    expectType<'chat.v2'>()(socket.subprotocol, true)
  },
  message(socket, message) {
    expectType<{ user: string; at: number }>()(message, true)
    return socket.send(message)
  },
})
export const strictNames = serve({
  subprotocols: ['a', 'b'],
  noSubprotocol: 'refuse',
  open: (socket) => expectType<'a' | 'b'>()(socket.subprotocol, true),
})

// The names in the patterns of paths.
export const rooms = serve({
  paths: ['/rooms/:id', '/rooms/:id/seats/:seat'],
  upgrade({ parameters }) {
    expectType<string>()(parameters.id, true)
    expectType<string | undefined>()(parameters.seat, true)
    // @ts-expect-error no pattern has that name
    return { context: { room: parameters.id, other: parameters.other } }
  },
})

// Sockets and servers end with `await using`.
export async function disposed(): Promise<void> {
  await using server = await serve({ subprotocols: { soap: text() } })
  await using socket = await connect(server.url, { subprotocols: { soap: text() } })
  socket.send('<a/>')
  server.broadcast('<b/>', { to: [...server.connections] })
  server.broadcast('<b/>', { to: new Set<Socket>() })
}

// @ts-expect-error what the socket is to carry goes into context
void serve({ upgrade: () => ({ user: 'ada' }) })
// @ts-expect-error to refuse, return a Response
void serve({ upgrade: () => false })
// @ts-expect-error a handler of wrong parameters
void serve({ message: (socket: Socket, data: string) => socket.send(data) })
// @ts-expect-error no message is a number
void serve({ subprotocols: { 'chat.v2': chat, soap: text() }, message: (_socket: Socket, _data: number) => undefined })
// @ts-expect-error host is where a server listens; the client's Host field is `authority`
void connect('ws://h/', { host: 'h' })
