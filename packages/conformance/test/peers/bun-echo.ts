/** Run by Bun: an echo server of its own kind. Prints its port. */
const { Bun } = globalThis as any

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request: Request, own: any) {
    if (new URL(request.url).pathname !== '/') return new Response('no', { status: 404 })
    const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim())
    const chosen = offered.find((name) => name === 'chat' || name === 'superchat')
    // Left to itself, Bun answers the first subprotocol that is offered.
    if (chosen === undefined && offered.some((name) => name !== '')) return new Response('no subprotocol', { status: 400 })
    const headers = chosen === undefined ? {} : { 'sec-websocket-protocol': chosen }
    return own.upgrade(request, { headers }) ? undefined : new Response('no upgrade', { status: 400 })
  },
  websocket: {
    perMessageDeflate: true,
    maxPayloadLength: 1 << 20,
    message: (socket: any, message: any) => void socket.send(message),
  },
})
console.log(server.port)
