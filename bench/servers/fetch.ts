/** hawser/fetch over the sockets of this runtime. Echo only. */
import type * as HawserFetch from '../../packages/hawser/src/fetch/index.ts'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const { bunServer, denoServer } = (await import(setup.hawser)) as typeof HawserFetch
const { Bun, Deno } = globalThis as any
const limits = { message: setup.maxMessage, sendBuffer: 4 * setup.maxMessage }

if (Bun === undefined) {
  const { fetch } = denoServer({ limits, idleTimeoutSeconds: 0, message: (socket, data) => socket.send(data) })
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, fetch)
  answer({ port: server.addr.port }, usageCommands)
} else {
  const { fetch, websocket } = bunServer({ limits, message: (socket, data) => socket.send(data) })
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch, websocket })
  answer({ port: server.port }, usageCommands)
}
