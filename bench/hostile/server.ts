/** The attacked server, a process of its own: `server.ts INDEX` of one hit. It answers each message of its parent with its usage. */
import process from 'node:process'
import { serve } from 'hawser'
import { usageCommands } from '../process-usage.ts'
import { hits } from './hits.ts'

const hit = hits[Number(process.argv[2])]
if (hit === undefined) throw new Error(`no hit ${process.argv[2]}`)
const server = await serve({ message: () => undefined, error: () => undefined, ...hit.options })
process.on('message', (command: 'usage' | 'settledUsage') => {
  void Promise.resolve(usageCommands[command]?.(undefined as never)).then((usage) =>
    process.send?.({ ...(usage as object), heapBytes: process.memoryUsage().heapUsed, connections: server.connections.size }),
  )
})
process.send?.({ port: server.port })
