import * as http from 'node:http'
import * as https from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type * as Ws from 'ws'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
/** `ws`, or `@hawser/ws` in its place. */
const { WebSocketServer } = (await import(setup.hawser || 'ws')) as typeof Ws
const server = setup.tls === undefined ? http.createServer() : https.createServer(setup.tls)
const hooks = {
  verifyClient: ({ req }: { req: http.IncomingMessage }) => {
    agents.set(req, req.headers['user-agent'])
    return true
  },
  handleProtocols: (offered: Set<string>) => ['chat.v2', 'chat.v1'].find((name) => offered.has(name)) ?? false,
}
const agents = new WeakMap<http.IncomingMessage, string | undefined>()
const codes = new Map<number, number>()
const options = { server, perMessageDeflate: setup.deflate, maxPayload: setup.maxMessage, ...(setup.hooks ? hooks : {}) }
const sockets = new WebSocketServer(options as Ws.ServerOptions)

sockets.on('connection', (socket) => {
  socket.on('error', () => {})
  if (setup.hooks) socket.on('close', (code) => codes.set(code, (codes.get(code) ?? 0) + 1))
  if (setup.mode === 'echo') socket.on('message', (data, isBinary) => socket.send(isBinary ? (data as Buffer) : (data as Buffer).toString()))
  else {
    socket.on('message', (data) => {
      const text = (data as Buffer).toString()
      for (let i = 0; i < setup.burst; i++) for (const client of sockets.clients) client.send(text)
    })
  }
})

function natives(): string {
  if (setup.hawser !== '') return ''
  try {
    createRequire(createRequire(import.meta.url).resolve('ws'))('bufferutil')
    return 'with bufferutil'
  } catch {
    return 'without bufferutil'
  }
}

server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  answer({ port: (server.address() as AddressInfo).port, note: natives() }, usageCommands)
})
