/** Run by Bun: its own server with the commands of `exercise`. Prints its port. */
const { Bun } = globalThis as any

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request: Request, own: any) {
    if (new URL(request.url).pathname === '/refuse') return new Response('no', { status: 403 })
    const offered = request.headers.get('sec-websocket-protocol') ?? ''
    const headers = offered.includes('soap') ? { 'sec-websocket-protocol': 'soap' } : {}
    return own.upgrade(request, { headers }) ? undefined : new Response('no upgrade', { status: 400 })
  },
  websocket: {
    message(socket: any, message: any) {
      if (message === 'close') socket.close(4002, 'server says so')
      else if (message === 'ping') socket.ping('x')
      else socket.send(message)
    },
    pong: (socket: any) => socket.send('pong came'),
  },
})
console.log(server.port)
