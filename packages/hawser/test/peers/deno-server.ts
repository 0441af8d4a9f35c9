/** Run by Deno: its own server with those commands of `exercise` that its API allows. Prints its port. */
const { Deno } = globalThis as any

Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }: { port: number }) => console.log(port) }, (request: Request) => {
  if (new URL(request.url).pathname === '/refuse') return new Response('no', { status: 403 })
  const offered = request.headers.get('sec-websocket-protocol') ?? ''
  const { socket, response } = Deno.upgradeWebSocket(request, offered.includes('soap') ? { protocol: 'soap' } : {})
  socket.binaryType = 'arraybuffer'
  socket.onmessage = ({ data }: { data: unknown }) => {
    if (data === 'close') socket.close(4002, 'server says so')
    else socket.send(data)
  }
  return response
})
