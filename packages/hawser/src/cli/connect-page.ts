import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Observer } from '../connection/observer.ts'
import { createInspection } from '../inspect/inspection.ts'
import { createAdmission } from '../inspect/page-admission.ts'
import { clientFacts } from '../inspect/server-facts.ts'
import type { CliIo } from './io.ts'

/** The page of `hawser connect --inspect`. */
export interface ConnectPage {
  readonly observer: Observer
  /** The connection has ended; a person may still read. Resolves with the next signal. */
  untilInterrupted(): Promise<void>
  close(): void
}

/** Listens on a free port of 127.0.0.1 and says where on standard error, which no message goes to. */
export async function openPage(io: CliIo): Promise<ConnectPage> {
  const inspection = createInspection({
    path: '/',
    facts: clientFacts,
    credentials: false,
    limits: undefined,
    admit: createAdmission(undefined, () => undefined),
  })
  const server = createServer((request, response) => {
    if (!inspection.request(request, response)) response.writeHead(404, { 'Content-Length': 0 }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  io.stderr.write(`page http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`)
  return {
    observer: inspection.observer,
    untilInterrupted() {
      io.stderr.write('the page stays until you interrupt it (Ctrl-C)\n')
      return new Promise((resolve) => {
        const restore = io.onInterrupt(() => {
          restore()
          resolve()
        })
      })
    },
    close() {
      inspection.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}
