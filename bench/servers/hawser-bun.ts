/** hawser over the sockets of Bun: as hawser.ts without `backlog`, which only node:net has, so that program keeps to it. Echo only. */
import type * as Hawser from '../../packages/hawser/src/index.ts'
import { answer } from '../channel.ts'
import { usageCommands } from '../process-usage.ts'
import { readSetup } from './setup.ts'

const setup = readSetup()
const { serve } = (await import(setup.hawser)) as typeof Hawser
const server = await serve({
  limits: { message: setup.maxMessage, sendBuffer: 4 * setup.maxMessage },
  keepalive: { intervalMs: 3_600_000 },
  message: (socket, data) => void socket.send(data),
})

answer({ port: server.port }, usageCommands)
