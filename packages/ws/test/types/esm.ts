/** Compiled, never run: programs written against the types of `ws`, as an ES module. */
import { createServer, IncomingMessage } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Duplex } from 'node:stream'
import WebSocketDefault, { createWebSocketStream, WebSocket, WebSocketServer } from '@hawser/ws'
import type {
  ClientOptions,
  Data,
  MessageEvent,
  PerMessageDeflateOptions,
  RawData,
  Server,
  ServerOptions,
  VerifyClientCallbackSync,
} from '@hawser/ws'

class Special extends WebSocket {
  isAlive = true
}
class Request extends IncomingMessage {
  user = ''
}

export function server(): Server {
  const perMessageDeflate: PerMessageDeflateOptions = { threshold: 1024, zlibDeflateOptions: { level: 3 } }
  const verifyClient: VerifyClientCallbackSync = ({ origin, secure, req }) => secure && origin === req.headers.host
  const options: ServerOptions = { noServer: true, perMessageDeflate, verifyClient, maxPayload: 1 }
  const typed = new WebSocketServer({ server: createServer(), WebSocket: Special })
  typed.on('connection', (socket: Special, request) => {
    socket.isAlive = request.url === '/'
  })
  const withRequest = new WebSocketServer<typeof Special, typeof Request>({ noServer: true, WebSocket: Special })
  withRequest.on('connection', (socket, request) => socket.send(request.user))
  new WebSocketServer({ server: createHttp2Server() })
  const wss = new WebSocketServer(options, () => undefined)
  wss.on('headers', (lines: string[], request: IncomingMessage) => lines.push(`X: ${request.url}`))
  wss.on('wsClientError', (error: Error, socket: Duplex) => socket.destroy(error))
  wss.options.handleProtocols = (protocols) => [...protocols][0] ?? false
  for (const client of wss.clients) if (client.readyState === WebSocket.OPEN) client.send('x', { binary: true, fin: true }, (error) => error?.message)
  createServer().on('upgrade', (request, socket, head) => {
    if (wss.shouldHandle(request) === true) wss.handleUpgrade(request, socket, head, (opened) => wss.emit('connection', opened, request))
  })
  return wss
}

export function client(): WebSocket {
  const options: ClientOptions = { headers: { a: 'b' }, followRedirects: true, handshake: 'ws' }
  const socket: WebSocket = new WebSocketDefault('ws://a.example', ['chat'], options)
  socket.binaryType = 'fragments'
  socket.onmessage = ({ data }: MessageEvent) => {
    const given: Data = data
    return given
  }
  socket.addEventListener('close', ({ code, reason, wasClean }) => [code, reason, wasClean], { once: true })
  socket.on('message', (data: RawData, isBinary: boolean) => socket.send(data as Buffer, { binary: isBinary }))
  socket.on('unexpected-response', (request, response) => [request.path, response.statusCode])
  socket.ping(Buffer.alloc(1), true, () => undefined)
  createWebSocketStream(socket, { encoding: 'utf8' }).pipe(process.stdout)
  return socket
}
