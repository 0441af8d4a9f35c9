import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import type { Observer } from '../../connection/observer.ts'
import { HandshakeLog } from './handshake-log.ts'
import { isAllowedHost } from './hosts.ts'
import { pageFacts } from './server-facts.ts'
import type { ServerFacts } from './server-facts.ts'

/** The page of `hawser serve --inspect`, and the observer that feeds it. */
export interface Inspector {
  readonly observer: Observer
  /** Answers every request to the server that is not an opening handshake. */
  request(request: IncomingMessage, response: ServerResponse): void
}

interface Resource {
  readonly type: string
  readonly content: Buffer
}

/** The files of the page. They are the same for every request; the page fetches its data and inserts it as text. */
const pageFiles = [
  ['/', 'index.html', 'text/html'],
  ['/inspect/page.css', 'page.css', 'text/css'],
  ...['dom', 'page', 'timeline', 'wire'].map((name) => [`/inspect/${name}.js`, `${name}.js`, 'text/javascript'] as const),
] as const

/** @param allowedHosts names in Host that are allowed besides those of this machine */
export function createInspector(facts: ServerFacts, boundHost: string, allowedHosts: readonly string[] = []): Inspector {
  const log = new HandshakeLog(facts.subprotocols)
  const resources = new Map<string, Resource>(
    pageFiles.map(([path, file, type]) => [path, { type, content: readFileSync(new URL(`page/${file}`, import.meta.url)) }]),
  )
  resources.set('/inspect/server', json(pageFacts(facts)))
  return {
    observer: { handshake: (event) => log.record(event) },
    request: (request, response) => answer(request, response, { log, resources, boundHost, allowedHosts }),
  }
}

interface Parts {
  readonly log: HandshakeLog
  readonly resources: ReadonlyMap<string, Resource>
  readonly boundHost: string
  readonly allowedHosts: readonly string[]
}

function answer(request: IncomingMessage, response: ServerResponse, { log, resources, boundHost, allowedHosts }: Parts): void {
  const host = request.headers.host
  if (host === undefined || !isAllowedHost(host, boundHost, hostname(), allowedHosts)) {
    return send(response, 421, text('This page is only served under an address or a name of this machine, not under the name in Host.\n'))
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return send(response, 405, text('Only GET and HEAD are answered here.\n'))
  }
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  if (path === '/') response.setHeader('Content-Security-Policy', contentSecurityPolicy(host))
  else if (!['same-origin', 'none', undefined].includes(request.headers['sec-fetch-site']?.toString())) {
    return send(response, 403, text('Only the page itself may ask for this.\n'))
  }
  const resource = resources.get(path)
  if (resource !== undefined) return send(response, 200, resource)
  const id = /^\/inspect\/handshakes\/([^/]+)$/.exec(path)?.[1]
  if (id === undefined) return send(response, 404, text('There is nothing here; the page is at /\n'))
  const report = log.get(id)
  if (report === undefined) return send(response, 404, text('No handshake with this id was seen.\n'))
  send(response, 200, json(report))
}

/**
 * Nothing is loaded from elsewhere, framed or posted.
 * @param host an allowed one. 'self' includes the WebSocket schemes only in newer browsers (CSP3 section 6.7.2.8)
 */
function contentSecurityPolicy(host: string): string {
  return (
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://${host} wss://${host}; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  )
}

function text(content: string): Resource {
  return { type: 'text/plain', content: Buffer.from(content) }
}

function json(value: object): Resource {
  return { type: 'application/json', content: Buffer.from(JSON.stringify(value)) }
}

function send(response: ServerResponse, status: number, { type, content }: Resource): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': content.length,
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : content)
}
