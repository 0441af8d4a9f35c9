/** A server around its handshakes: construction, address, close, clients, events. */
import { once } from 'node:events'
import * as http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closed, portOf, turns } from '../kit.ts'
import type { Scenario } from '../kit.ts'

const constructions: readonly (readonly [name: string, options: () => unknown])[] = [
  ['nothing', () => undefined],
  ['no options', () => ({})],
  ['port and server', () => ({ port: 0, server: http.createServer() })],
  ['port and noServer', () => ({ port: 0, noServer: true })],
  ['server and noServer', () => ({ server: http.createServer(), noServer: true })],
  ['noServer', () => ({ noServer: true })],
  ['server', () => ({ server: http.createServer() })],
  ['unknown options', () => ({ noServer: true, other: 1 })],
]

export const servers: readonly Scenario[] = [
  ...constructions.map(
    ([name, options]): Scenario => ({
      name: `a server of ${name}`,
      run: (kit) => {
        kit.attempt('new', () => new kit.ws.WebSocketServer(options()))
      },
    }),
  ),
  {
    name: 'the defaults of options',
    run: (kit) => {
      const { options } = new kit.ws.WebSocketServer({ noServer: true })
      for (const name of Object.keys(options).sort()) kit.log(name, options[name])
    },
  },
  {
    name: 'perMessageDeflate: true becomes an object in options',
    run: (kit) => {
      kit.log(JSON.stringify(new kit.ws.WebSocketServer({ noServer: true, perMessageDeflate: true }).options.perMessageDeflate))
    },
  },
  {
    name: 'the callback and the event listening',
    run: async (kit) => {
      const server = new kit.ws.WebSocketServer({ port: 0 }, () => kit.log('callback'))
      kit.cleanup(() => server.close())
      server.on('listening', () => kit.log('listening', typeof server.address().port))
      await once(server, 'listening')
      await turns(3)
    },
  },
  {
    name: 'address in each mode',
    run: async (kit) => {
      const server = await kit.server()
      kit.log(Object.keys(server.address()).sort(), server.address().address)
      kit.attempt('noServer', () => new kit.ws.WebSocketServer({ noServer: true }).address())
      kit.attempt('not listening', () => new kit.ws.WebSocketServer({ server: http.createServer() }).address())
      server.close()
      kit.attempt('closed', () => server.address())
    },
  },
  {
    name: 'a port in use emits error',
    run: async (kit) => {
      const first = await kit.server()
      const second = new kit.ws.WebSocketServer({ port: first.address().port, host: '127.0.0.1' })
      const [error] = await once(second, 'error')
      kit.log(error.code)
    },
  },
  {
    name: 'an ordinary request to a server of port gets 426',
    run: async (kit) => {
      const server = await kit.server()
      const response = await fetch(`http://127.0.0.1:${server.address().port}/`)
      kit.log(response.status, response.headers.get('content-type'), response.headers.get('upgrade'), await response.text())
    },
  },
  {
    name: 'a server on a Unix domain socket',
    run: async (kit) => {
      const path = join(tmpdir(), `hawser-${process.pid}-${Math.random().toString(36).slice(2)}.sock`)
      const server = http.createServer().listen(path)
      kit.cleanup(() => server.close())
      const wss = new kit.ws.WebSocketServer({ server })
      wss.on('connection', (socket: any, { url }: any) => socket.send(url))
      await once(server, 'listening')
      kit.log(wss.address() === path)
      for (const target of [`ws+unix:${path}:/a?b=c`, `ws+unix:${path}`]) {
        const socket = kit.client(target)
        const [data] = await once(socket, 'message')
        kit.log(data, socket.url.replace(path, 'PATH'))
        socket.terminate()
      }
    },
  },
  {
    name: 'events of the http server are passed on',
    run: async (kit) => {
      const server = http.createServer()
      const wss = new kit.ws.WebSocketServer({ server })
      wss.on('listening', () => kit.log('listening'))
      wss.on('error', (error: Error) => kit.log(error))
      server.listen(0)
      await once(server, 'listening')
      server.emit('error', new Error('mine'))
      kit.cleanup(() => server.close())
    },
  },
  {
    name: 'close with clients of a noServer: close follows the last one',
    run: async (kit) => {
      const server = await kit.httpServer()
      const wss = new kit.ws.WebSocketServer({ server })
      const peer = kit.rawClient(portOf(server))
      const [socket] = await once(wss, 'connection')
      wss.on('close', () => kit.log('close'))
      wss.close((error: unknown) => kit.log('callback', error))
      await turns()
      kit.log('still', wss.clients.size)
      socket.terminate()
      await closed(wss)
      peer.socket.destroy()
      kit.log(server.listenerCount('upgrade'), wss.clients.size)
    },
  },
  {
    name: 'close without clients',
    run: async (kit) => {
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      wss.close((error: unknown) => kit.log('callback', error))
      kit.log('returned')
      await closed(wss)
    },
  },
  {
    name: 'close of a server of port waits for its connections',
    run: async (kit) => {
      const { server, peer } = await kit.accepted()
      let isClosed = false
      server.close(() => {
        isClosed = true
      })
      await turns(20)
      kit.log(isClosed)
      peer.socket.destroy()
      await closed(server)
      kit.log(isClosed)
    },
  },
  {
    name: 'close twice, and after the end',
    run: async (kit) => {
      const wss = new kit.ws.WebSocketServer({ noServer: true })
      wss.close((error: unknown) => kit.log('first', error))
      wss.close((error: unknown) => kit.log('second', error))
      await closed(wss)
      await new Promise((resolve) => wss.close((error: unknown) => (kit.log('third', error), resolve(undefined))))
    },
  },
  {
    name: 'close with clientTracking: false',
    run: async (kit) => {
      const server = await kit.httpServer()
      const wss = new kit.ws.WebSocketServer({ server, clientTracking: false })
      kit.rawClient(portOf(server))
      await once(wss, 'connection')
      wss.close(() => kit.log('closed'))
      await closed(wss)
    },
  },
  {
    name: 'clients leave the set when they close',
    run: async (kit) => {
      const { server, socket, peer } = await kit.accepted()
      socket.on('close', () => kit.log('in the listener', server.clients.size))
      kit.log(server.clients.size, server.clients.has(socket))
      peer.socket.destroy()
      await closed(socket)
      await turns()
      kit.log(server.clients.size)
    },
  },
  {
    name: 'two servers of one http server by path',
    run: async (kit) => {
      const server = await kit.httpServer()
      const first = new kit.ws.WebSocketServer({ noServer: true })
      const second = new kit.ws.WebSocketServer({ noServer: true })
      server.on('upgrade', (request, socket, head) => {
        const wss = request.url === '/1' ? first : request.url === '/2' ? second : undefined
        if (wss === undefined) socket.destroy()
        else wss.handleUpgrade(request, socket, head, (opened: any) => opened.send(request.url))
      })
      for (const path of ['/1', '/2']) {
        const [data] = await once(kit.client(`ws://127.0.0.1:${portOf(server)}${path}`), 'message')
        kit.log(data)
      }
      kit.log(first.clients.size, second.clients.size)
    },
  },
  {
    name: 'broadcast to all clients',
    run: async (kit) => {
      const server = await kit.server()
      const sockets = [1, 2, 3].map(() => kit.client(`ws://127.0.0.1:${server.address().port}`))
      await Promise.all(sockets.map((socket) => once(socket, 'open')))
      while (server.clients.size < 3) await turns(1)
      const received = sockets.map((socket) => once(socket, 'message'))
      for (const client of server.clients) if (client.readyState === kit.ws.WebSocket.OPEN) client.send('all')
      for (const [data, isBinary] of await Promise.all(received)) kit.log(data, isBinary)
    },
  },
  {
    name: 'members of _socket that consumers use',
    run: async (kit) => {
      const { socket } = await kit.accepted()
      kit.log(socket._socket.remoteAddress, typeof socket._socket.remotePort, socket._socket.writableFinished, socket._socket._writableState.finished)
      socket._socket.unref()
      socket._socket.ref()
      kit.log(socket._isServer)
      socket.terminate()
      await closed(socket)
      kit.log(socket._socket === null, socket._socket?.destroyed)
    },
  },
]
