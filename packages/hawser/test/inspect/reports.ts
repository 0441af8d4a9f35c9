import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Inspection } from '../../src/inspect/index.ts'
import type { ConnectionReport, ConnectionsReport } from '../../src/inspect/report.ts'

/** Asks a page for its data, as its script does. */
export async function askPage(page: Inspection, path: string): Promise<Response> {
  const server = createServer((request, response) => {
    if (!page.request(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  try {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${page.path}${path}`)
    return new Response(await response.text(), { status: response.status })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

export async function connectionsOf(page: Inspection): Promise<ConnectionsReport> {
  return (await (await askPage(page, 'connections')).json()) as ConnectionsReport
}

export async function reportOf(page: Inspection, id: number, from = 0): Promise<ConnectionReport> {
  return (await (await askPage(page, `connections/${id}?from=${from}`)).json()) as ConnectionReport
}
