import * as z from 'zod'
import { json, text } from '../../src/core/subprotocols/index.ts'
import { serve } from '../../src/runtime/node/serve.ts'
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
