import type * as Hawser from '../../src/index.ts'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const { serve, permessageDeflate } = (await import(setup.hawser)) as typeof Hawser
const everyone = new Set<{ send(message: string | Uint8Array): unknown }>()
const limits = { message: setup.maxMessage, sendBuffer: 4 * setup.maxMessage }
const extensions = setup.deflate ? [permessageDeflate()] : []
const where = { port: 0, host: '127.0.0.1', backlog: 4096, ...(setup.tls === undefined ? {} : { tls: setup.tls }) }

const server =
  setup.mode === 'echo'
    ? await serve({
        ...where,
        limits,
        extensions,
        message(socket, data) {
          socket.send(data)
        },
      })
    : await serve({
        ...where,
        limits,
        extensions,
        open(socket) {
          everyone.add(socket)
        },
        close(socket) {
          everyone.delete(socket)
        },
        message(_, data) {
          for (let i = 0; i < setup.burst; i++) for (const socket of everyone) socket.send(data)
        },
      })

answer({ port: server.port }, usageCommands)
