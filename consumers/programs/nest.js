/** Nest's WsAdapter: gateways on the application's port by path and on a port of their own, replies, broadcast, shutdown. */
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets'
import { of } from 'rxjs'
import { WebSocket } from 'ws'
import { closed, listen } from '../help.js'

/** A gateway without the syntax of decorators. */
function gateway(port, options) {
  class Gateway {
    handleConnection() {
      this.connections = (this.connections ?? 0) + 1
    }
    sum(numbers) {
      return { event: 'sum', data: numbers.reduce((a, b) => a + b, 0) }
    }
    each(numbers) {
      return of(...numbers.map((data) => ({ event: 'one', data })))
    }
    all(text) {
      for (const client of this.server.clients) client.send(JSON.stringify({ event: 'all', data: text }))
    }
  }
  WebSocketServer()(Gateway.prototype, 'server')
  for (const name of ['sum', 'each', 'all']) {
    MessageBody()(Gateway.prototype, name, 0)
    SubscribeMessage(name)(Gateway.prototype, name, Object.getOwnPropertyDescriptor(Gateway.prototype, name))
  }
  WebSocketGateway(port, options)(Gateway)
  return Gateway
}

const free = createServer()
const port = await listen(free)
await closed(free)
const Shared = gateway(0, { path: '/shared' })
const Own = gateway(port, { perMessageDeflate: true })
class App {}
Module({ providers: [Shared, Own] })(App)
const app = await NestFactory.create(App, { logger: ['error'] })
app.useWebSocketAdapter(new WsAdapter(app))
await app.listen(0, '127.0.0.1')

const urls = [`ws://127.0.0.1:${app.getHttpServer().address().port}/shared`, `ws://127.0.0.1:${port}/`]
const sockets = []
for (const url of urls) {
  const socket = new WebSocket(url)
  sockets.push(socket)
  await once(socket, 'open')
  const next = async () => JSON.parse((await once(socket, 'message'))[0])
  socket.send('{"event":"sum","data":[1,2,3]}')
  assert.deepEqual(await next(), { event: 'sum', data: 6 })
  const received = []
  socket.on('message', (data) => received.push(JSON.parse(data).data))
  socket.send('{"event":"each","data":[7,8,9]}')
  while (received.length < 3) await next()
  assert.deepEqual(received, [7, 8, 9])
  socket.send('{"event":"all","data":"grüße"}')
  assert.deepEqual(await next(), { event: 'all', data: 'grüße' })
}
assert.equal(sockets[1].extensions, 'permessage-deflate')
const lost = new WebSocket(urls[0].replace('shared', 'absent'))
await once(lost, 'error')
const ended = Promise.all(sockets.map((socket) => once(socket, 'close')))
await app.close()
await ended
