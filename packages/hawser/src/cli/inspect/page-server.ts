import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import type { ServerObserver } from '../../server/observer.ts'
import { HandshakeLog } from './handshake-log.ts'
import { isAllowedHost } from './hosts.ts'
import { buildPage } from './page.ts'
import type { Page, ServerFacts } from './page.ts'

/** The page of `hawser serve --inspect` and what feeds it. */
export interface Inspector {
  readonly observer: ServerObserver
  /** Answers every request on the server's port that is no opening handshake. */
  request(request: IncomingMessage, response: ServerResponse): void
}

export function createInspector(facts: ServerFacts, boundHost: string): Inspector {
  const log = new HandshakeLog(facts.subprotocols)
  const page = buildPage(facts)
  return {
    observer: { handshake: (event) => log.record(event) },
    request: (request, response) => answer(request, response, { log, page, boundHost }),
  }
}

function answer(request: IncomingMessage, response: ServerResponse, parts: { log: HandshakeLog; page: Page; boundHost: string }): void {
  const host = request.headers.host
  if (host === undefined || !isAllowedHost(host, parts.boundHost, hostname())) {
    return send(response, 421, 'text/plain', 'This page is shown only under an address or name of this machine, not under the name in Host.\n')
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return send(response, 405, 'text/plain', 'Only GET and HEAD are answered here.\n')
  }
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (path === '/') {
    response.setHeader('Content-Security-Policy', parts.page.contentSecurityPolicy(host))
    return send(response, 200, 'text/html', parts.page.html)
  }
  if (!['same-origin', 'none', undefined].includes(request.headers['sec-fetch-site']?.toString())) {
    return send(response, 403, 'text/plain', 'Only the page itself may ask for this.\n')
  }
  const id = /^\/inspect\/handshakes\/([^/]+)$/.exec(path)?.[1]
  const report = id === undefined ? undefined : parts.log.get(id)
  if (report === undefined)
    return send(response, 404, 'text/plain', id === undefined ? 'There is nothing here; the page is at /\n' : 'No handshake with this id was seen.\n')
  send(response, 200, 'application/json', JSON.stringify(report))
}

function send(response: ServerResponse, status: number, type: string, content: string): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(content),
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : content)
}
