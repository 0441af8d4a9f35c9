import type * as Hawser from '../../packages/hawser/src/index.ts'
import { answer } from '../channel.ts'
import { received } from '../load/transfer.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const { serve, permessageDeflate, text } = (await import(setup.hawser)) as typeof Hawser
const codes = new Map<number, number>()
const shared = {
  port: 0,
  backlog: 4096,
  limits: { message: setup.maxMessage, sendBuffer: 4 * setup.maxMessage },
  // On, as by default, but with a longer interval: a Ping after 20 s of silence would be counted as part of an answer.
  keepalive: setup.keepalive ?? { intervalMs: 3_600_000 },
  extensions: setup.deflate ? [permessageDeflate()] : [],
  ...(setup.tls === undefined ? {} : { tls: setup.tls }),
  ...(setup.windows === undefined ? {} : { http2: { streamWindow: setup.windows.stream, sessionWindow: setup.windows.session } }),
}

const server = setup.hooks
  ? await serve({
      ...shared,
      subprotocols: { 'chat.v2': text(), 'chat.v1': text() },
      upgrade(request) {
        return { context: { agent: request.fields.get('user-agent') } }
      },
      message(socket, data) {
        if (typeof data === 'string') socket.send(data)
      },
      close(_, info) {
        codes.set(info.code, (codes.get(info.code) ?? 0) + 1)
      },
    })
  : setup.mode === 'echo'
    ? await serve({
        ...shared,
        message(socket, data) {
          socket.send(data)
        },
      })
    : setup.mode === 'transfer'
      ? await serve({
          ...shared,
          message(socket, data) {
            socket.send(typeof data === 'string' ? new Uint8Array(Number(data)) : received)
          },
        })
      : await serve({
          ...shared,
          message(_, data) {
            for (let i = 0; i < setup.burst; i++) {
              if (setup.each) for (const socket of server.connections as Iterable<Hawser.Socket>) socket.send(data)
              else server.broadcast(data)
            }
          },
        })

answer({ port: server.port }, usageCommands)
