import * as z from 'zod'
import { bunServer, crosswsServer, denoServer, json, text, workersServer } from '../../src/fetch/index.ts'
import type { BunServer, FetchServer } from '../../src/fetch/index.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function expectType<Expected>(): <Actual>(value: Actual, same: Same<Actual, Expected>) => void {
  return () => undefined
}

const chat = json(z.object({ user: z.string() }))

// The third argument narrows the first two, and the context comes from the hook, as with `serve`.
export const typed = bunServer({
  subprotocols: { 'chat.v2': chat, soap: text() },
  paths: ['/rooms/:id'],
  async upgrade(request) {
    expectType<string>()(request.parameters.id, true)
    expectType<Request>()(request.incoming, true)
    if (request.path === '/no') return new Response('no', { status: 403 })
    return { context: { id: 7 } }
  },
  open(socket) {
    expectType<number>()(socket.context.id, true)
  },
  message(socket, message, subprotocol) {
    if (subprotocol === 'chat.v2') {
      expectType<string>()(message.user, true)
      socket.send({ user: 'a' })
      // @ts-expect-error chat does not carry raw text
      socket.send('text')
    } else if (subprotocol === 'soap') expectType<string>()(message, true)
    else expectType<string | Uint8Array>()(message, true)
  },
})

// An echo server needs no annotations.
export const echoes: FetchServer[] = [
  denoServer({ message: (socket, data) => socket.send(data) }),
  crosswsServer({ message: (socket, data) => socket.send(data) }),
]
export const anyBun: BunServer = typed

export const worker = workersServer({
  upgrade: ({ incoming }) => ({ context: incoming.request.url }),
  message(socket, data) {
    expectType<string>()(socket.context, true)
    socket.send(data)
  },
})

// What no platform can honour is not in the types.
// @ts-expect-error extensions are the platform's
bunServer({ extensions: [] })
// @ts-expect-error Pings are the platform's
denoServer({ keepalive: false })
// @ts-expect-error frames are the platform's
workersServer({ limits: { frame: 5 } })
// @ts-expect-error a message that a platform has taken cannot be dropped
bunServer({ slowConsumer: 'drop-oldest' })
