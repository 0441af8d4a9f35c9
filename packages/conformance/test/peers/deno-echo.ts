/** Run by Deno: an echo server of its own kind. Prints its port. */
const { Deno } = globalThis as any

Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }: { port: number }) => console.log(port) }, (request: Request) => {
  if (new URL(request.url).pathname !== '/') return new Response('no', { status: 404 })
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return new Response('no upgrade', { status: 400 })
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim())
  const chosen = offered.find((name) => name === 'chat' || name === 'superchat')
  if (chosen === undefined && offered.some((name) => name !== '')) return new Response('no subprotocol', { status: 400 })
  const { socket, response } = Deno.upgradeWebSocket(request, chosen === undefined ? {} : { protocol: chosen })
  socket.binaryType = 'arraybuffer'
  socket.onerror = () => {}
  socket.onmessage = ({ data }: { data: unknown }) => socket.send(data)
  return response
})
