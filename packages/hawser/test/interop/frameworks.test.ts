import assert from 'node:assert/strict'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { getRequestListener, serve as serveHono } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { WebSocket } from 'ws'
import { attach } from '../../src/runtime/node/serve.ts'

/** The framework answers its page, hawser its path, and ws, beside them, another path of the same server. */
async function tryWith(t: TestContext, server: http.Server): Promise<void> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  const { port } = server.address() as AddressInfo
  const attached = attach(server, {
    paths: ['/chat'],
    subprotocols: ['soap'],
    upgrade: async (request) => ({ context: request.url.searchParams.get('name') }),
    message: (socket, message) => void socket.send(`${socket.context}: ${String(message)}`),
  })
  t.after(async () => {
    await attached.close()
    server.close()
    server.closeAllConnections()
  })
  const page = (): Promise<string> => fetch(`http://127.0.0.1:${port}/page`).then((response) => response.text())
  assert.equal(await page(), 'the page')
  const client = new WebSocket(`ws://127.0.0.1:${port}/chat?name=me`, ['soap'])
  const [message] = await Promise.all([once(client, 'message'), once(client, 'open').then(() => client.send('hello'))])
  assert.equal(String(message[0]), 'me: hello')
  assert.equal(client.protocol, 'soap')
  client.close(3001, 'bye')
  assert.equal((await once(client, 'close'))[0], 3001)
  const lost = new WebSocket(`ws://127.0.0.1:${port}/lost`)
  const [error] = await once(lost, 'error')
  assert.match(String(error), /404/)
  assert.equal(await page(), 'the page')
}

test('Express keeps its routes and hawser has its path', async (t) => {
  const app = express()
  app.get('/page', (_request, response) => void response.send('the page'))
  await tryWith(t, http.createServer(app))
})

test('Fastify keeps its routes and hawser has its path', async (t) => {
  const app = Fastify()
  app.get('/page', async () => 'the page')
  await app.listen({ port: 0, host: '127.0.0.1' })
  t.after(() => app.close())
  await tryWith(t, app.server)
})

test('Hono keeps its routes and hawser has its path, on a server of its adapter', async (t) => {
  const app = new Hono()
  app.get('/page', (context) => context.text('the page'))
  const server = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as http.Server
  if (!server.listening) await once(server, 'listening')
  await tryWith(t, server)
})

test('Hono keeps its routes and hawser has its path, through its request listener', async (t) => {
  const app = new Hono()
  app.get('/page', (context) => context.text('the page'))
  await tryWith(t, http.createServer(getRequestListener(app.fetch)))
})

test('Koa keeps its routes and hawser has its path', async (t) => {
  const app = new Koa()
  app.use((context) => {
    context.body = 'the page'
  })
  await tryWith(t, http.createServer(app.callback()))
})
