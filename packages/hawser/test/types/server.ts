import * as z from 'zod'
import { json, text } from '../../src/core/subprotocols/index.ts'
import { connect } from '../../src/runtime/node/connect.ts'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { incomingMessage } from '../../src/index.ts'
import type { ServerOptions, UpgradeHook, UpgradeRequest } from '../../src/index.ts'
import { attach, createServer, serve } from '../../src/runtime/node/serve.ts'
import type { ListeningServer, Server } from '../../src/runtime/node/server.ts'
import type { Socket } from '../../src/connection/socket.ts'
import { pair } from '../../src/testing/index.ts'

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

// Rooms: sets of plain sockets, of a server's own sockets, and of clients' go to broadcast as they are, whatever the server's context and subprotocols.
type Room = Set<Socket>
export async function chatRooms(): Promise<void> {
  const byName = new Map<string, Room>()
  const server = await serve({
    paths: ['/rooms/:room'],
    upgrade: ({ parameters }) => ({ context: { room: parameters.room } }),
    open(socket) {
      const room = byName.get(socket.context.room) ?? new Set()
      byName.set(socket.context.room, room.add(socket))
    },
    message(socket, message) {
      const room = byName.get(socket.context.room) ?? []
      server.broadcast(message, { to: room, except: socket })
      for (const member of room) if (member !== socket) member.send(message)
    },
    close: (socket) => byName.get(socket.context.room)?.delete(socket),
  })
}
export async function receivers(room: Room): Promise<void> {
  const plain: Socket = [...room][0] as Socket
  for (const server of [await serve({}), createServer(), attach(createHttpServer(), {})]) {
    server.broadcast('a', { to: room })
    server.broadcast('a', { to: [plain], except: plain })
    server.broadcast('a', { to: server.connections, except: room })
    server.broadcast('a', { to: byRoom(room), filter: (socket) => socket.bufferedAmount === 0 })
    server.broadcast('a', { filter: (socket: Socket) => socket !== plain })
    // @ts-expect-error a string is no set of sockets
    server.broadcast('a', { to: 'a' })
    // @ts-expect-error names are no sockets
    server.broadcast('a', { to: ['a'] })
    // @ts-expect-error entries are no sockets
    server.broadcast('a', { to: new Map([['a', plain]]) })
    // @ts-expect-error one socket is no set of sockets
    server.broadcast('a', { to: plain })
    // @ts-expect-error a misspelt option
    server.broadcast('a', { too: room })
  }
  for (const server of [await typed, await rooms] as const) {
    for (const socket of server.connections) room.add(socket)
  }
  const chats = await typed
  const sockets = new Set([...chats.connections])
  chats.broadcast('<a/>', { to: room })
  chats.broadcast('<a/>', { to: sockets, except: sockets })
  chats.broadcast('<a/>', { to: new Set<Socket<'soap', string, string>>() })
  const parameters = await rooms
  parameters.broadcast('a', { to: room, except: room })
  const [first] = parameters.connections
  if (first !== undefined) parameters.broadcast('a', { to: new Set([first]), except: first })
  const refusing = await strict
  refusing.broadcast({ user: 'a', at: 1 }, { to: room })
  const names = await named
  names.broadcast('a', { to: room })
  const any: Server = chats
  any.broadcast('a', { to: any.connections, except: plain })
  any.broadcast('a', { to: room, filter: (socket) => socket.subprotocol !== '' })
}
function* byRoom(room: Room): Generator<Socket> {
  yield* room
}

// A plain socket tells nothing about what it receives and about its context; what it sends is checked when it is sent.
export async function plainSocket(socket: Socket, server: Server): Promise<void> {
  expectType<unknown>()(socket.context, true)
  expectType<unknown>()(await socket.receive(), true)
  for await (const message of socket) expectType<unknown>()(message, true)
  socket.send('text')
  socket.send({ user: 'a' })
  // @ts-expect-error the context of any socket is unknown
  void socket.context.id
  for (const one of server.connections) expectType<unknown>()(one.context, true)
  const known = socket as Socket<string, unknown, string, { id: number }>
  expectType<number>()(known.context.id, true)
  // @ts-expect-error this one carries text
  known.send(5)
}

// A handler may call a method of the server that is being declared; alone it may also return what that gives, from TypeScript 5.9 on.
export async function ofItself(): Promise<void> {
  const server = await serve({
    upgrade: () => ({ context: { name: 'ada' } }),
    message(socket, message) {
      server.broadcast(message, { except: socket })
    },
    open(socket) {
      server.broadcast(`${socket.context.name} joined`)
    },
    close: () => void server.broadcast('somebody left'),
  })
  const echoing = await serve({ message: (socket, message) => echoing.broadcast(message, { except: socket }) })
  const greeting = await serve({ open: (socket) => greeting.broadcast(`hello ${socket.subprotocol}`) })
  const counting = await serve({ close: () => counting.broadcast(String(counting.connections.size)) })
  const attached = attach(createHttpServer(), { message: (_socket, message) => attached.broadcast(message) })
  const socket = await connect('ws://h/', { message: (_socket, message) => socket.send(message) })
}

// The hook has Node's own request object, where there is one, and a signal that fetch takes.
export const withSession = serve({
  async upgrade({ incoming, subprotocols }, { signal }) {
    expectType<IncomingMessage | undefined>()(incoming, true)
    const response = await fetch('https://who.example/', { signal, headers: { cookie: incoming?.headers.cookie ?? '' } })
    if (!response.ok) return response
    return { context: (await response.json()) as { name: string }, subprotocol: subprotocols[0] ?? null }
  },
  open: (socket) => expectType<string>()(socket.context.name, true),
})
export const hook: UpgradeHook<{ name: string }, '/rooms/:id'> = (request) => {
  expectType<IncomingMessage | undefined>()(request.incoming, true)
  return { context: { name: request.parameters.id } }
}
export const shared: ServerOptions<readonly [], { name: string }, 'accept', '/rooms/:id'> = { paths: ['/rooms/:id'], upgrade: hook }
void serve({ ...shared, port: 0 })
attach(createHttpServer(), shared)
export function describeRequest(request: UpgradeRequest): string {
  return `${incomingMessage(request)?.method} ${request.path}`
}

// A pair always agrees on one of its subprotocols.
export async function inMemory(): Promise<void> {
  const { client, server } = pair({
    subprotocols: { 'chat.v2': chat },
    context: { id: 7 },
    server: {
      message(socket, { user, at }) {
        expectType<number>()(socket.context.id, true)
        socket.send({ user, at: at + 1 })
      },
    },
  })
  client.send({ user: 'ada', at: 1 })
  expectType<{ user: string; at: number }>()(await client.receive(), true)
  expectType<'chat.v2'>()(server.subprotocol, true)
  expectType<''>()(pair().client.subprotocol, true)
}
