import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authorityOf } from './hosts.ts'
import type { Recorder } from './recorder.ts'

/** Whether a request may see the page: true, or why not. */
export type Admission = true | { readonly status: number; readonly reason: string }

/** What answers requests for one page. */
export interface PageSettings {
  /** Where the page is; begins and ends with `/`. */
  readonly path: string
  readonly recorder: Recorder
  /** Sent as JSON. */
  readonly facts: object
  /** Never throws. */
  admit(request: IncomingMessage): Admission | Promise<Admission>
}

interface Resource {
  readonly type: string
  readonly content: string | Buffer
}

/** The files of the page. They are the same for every request; the page fetches its data and inserts it as text. */
const pageFiles: readonly (readonly [name: string, type: string])[] = [
  ['index.html', 'text/html'],
  ['page.css', 'text/css'],
  ...[
    'actions',
    'archive',
    'bytes',
    'charts',
    'closing',
    'code',
    'connections',
    'details',
    'dom',
    'frames',
    'har',
    'handshake',
    'notes',
    'page',
    'poll',
    'programs',
    'report-check',
  ].map((name) => [`${name}.js`, 'text/javascript'] as const),
]

/** Answers the requests for one page, its files and its data. */
export class PageRequests {
  readonly #settings: PageSettings
  readonly #resources: ReadonlyMap<string, Resource>

  constructor(settings: PageSettings) {
    this.#settings = settings
    this.#resources = new Map<string, Resource>([
      ...pageFiles.map(([name, type]) => [name, { type, content: readFileSync(new URL(`page/${name}`, import.meta.url)) }] as const),
      ['server', json(settings.facts)],
    ])
  }

  /** @returns false for a request of another path, which is not touched */
  answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { path } = this.#settings
    // Express and other routers cut the path at which a handler is mounted.
    const { originalUrl } = request as { originalUrl?: unknown }
    const target = typeof originalUrl === 'string' ? originalUrl : (request.url ?? '/')
    // A client may send an absolute-form target (RFC 9112 section 3.2.2).
    const [requested = '/', query = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split('?', 2)
    if (requested !== path.slice(0, -1) && !requested.startsWith(path)) return false
    const admission = this.#settings.admit(request)
    const proceed = (admitted: Admission): void => {
      if (admitted !== true) send(response, admitted.status, text(`${admitted.reason}\n`))
      else if (requested === path.slice(0, -1)) this.#redirect(response)
      else this.#respond(request, response, requested.slice(path.length), query)
    }
    if (admission instanceof Promise) void admission.then(proceed)
    else proceed(admission)
    return true
  }

  /** The page refers to its files by relative URLs. */
  #redirect(response: ServerResponse): void {
    response.setHeader('Location', this.#settings.path)
    send(response, 308, text('The page is below this path.\n'))
  }

  #respond(request: IncomingMessage, response: ServerResponse, name: string, query: string): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return send(response, 405, text('Only GET and HEAD are answered here.\n'))
    }
    if (name === '') response.setHeader('Content-Security-Policy', contentSecurityPolicy(authorityOf(request)))
    else if (!['same-origin', 'none', undefined].includes(request.headers['sec-fetch-site']?.toString())) {
      return send(response, 403, text('Only the page itself may ask for this.\n'))
    }
    const resource = this.#resources.get(name === '' ? 'index.html' : name) ?? this.#data(name, query)
    if (resource === undefined) return send(response, 404, text(`There is nothing here; the page is at ${this.#settings.path}\n`))
    send(response, 200, resource)
  }

  #data(name: string, query: string): Resource | undefined {
    const { recorder } = this.#settings
    if (name === 'connections') return json(recorder.connections())
    const id = /^connections\/([1-9]\d{0,14})$/.exec(name)?.[1]
    if (id === undefined) return undefined
    const from = /^from=(\d{1,15})$/.exec(query)?.[1] ?? '0'
    const report = recorder.report(Number(id), Number(from))
    return report && json(report)
  }
}

/**
 * Nothing is loaded from elsewhere, framed or posted.
 * @param host left out unless it is letters, digits, `.`, `-`, `_`, `:` and brackets: RFC 3986 allows more, among it the `;` and `,` that separate
 * directives and policies. 'self' includes the WebSocket schemes only in newer browsers (CSP3 section 6.7.2.8)
 */
function contentSecurityPolicy(host: string | undefined): string {
  const sockets = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''
  return (
    `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'${sockets}; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  )
}

function text(content: string): Resource {
  return { type: 'text/plain', content }
}

function json(value: object): Resource {
  return { type: 'application/json', content: JSON.stringify(value) }
}

function send(response: ServerResponse, status: number, { type, content }: Resource): void {
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
