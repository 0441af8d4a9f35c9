import type { SuiteReport } from '../result.ts'

/** Why several cases are unsupported, and what would make them supported. */
export interface UnsupportedReason {
  readonly count: number
  /** For example `needs subprotocols`, or what the endpoint does not do. */
  readonly reason: string
  /** The switch or the ability that helps; undefined where nothing does. */
  readonly help: string | undefined
}

const helpFor: Readonly<Record<string, { readonly server?: string; readonly client?: string }>> = {
  subprotocols: { server: '--subprotocols A,B names those that the server supports' },
  'origin-refused': { server: '--origin-refused ORIGIN names an origin that the server refuses' },
  'path-unknown': { server: '--path-unknown PATH names a path that the server does not upgrade' },
  'max-message': {
    server: '--max-message BYTES declares the limit of the server',
    client: '--max-message BYTES declares the limit of the client',
  },
  h2: { server: '--http2, if the server accepts WebSocket over HTTP/2', client: '--http2 with --each, if the client can use HTTP/2' },
  timeouts: { server: 'left out by --no-timeouts', client: 'left out by --no-timeouts' },
  each: { client: '--each COMMAND starts the client for each case' },
  'no-deflate': { server: 'only for a server without permessage-deflate' },
  deflate: { server: 'the server does not agree to permessage-deflate, or --no-deflate is given' },
  binary: { server: 'the server takes no binary messages' },
  tls: { server: 'only for a wss: URL' },
}

/** The reasons of the unsupported results of a report, the commonest first. */
export function unsupportedReasons({ end, results }: SuiteReport): UnsupportedReason[] {
  const counts = new Map<string, number>()
  for (const { verdict, outcome } of results) {
    if (verdict !== 'unsupported') continue
    const reason = generalized(outcome)
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => ({ count, reason, help: helpOf(reason, end) }))
}

/** What differs between cases of one reason is left out: offers in quotation marks, numbers of bytes, and what a case needs besides HTTP/2. */
function generalized(outcome: string): string {
  if (/^needs (?:.*, )?h2(?:,|$)/.test(outcome)) return 'needs h2'
  return outcome.replace(/"[^"]*"/g, 'an offer').replace(/a message of \d+ bytes exceeds/, 'the message exceeds')
}

function helpOf(reason: string, end: SuiteReport['end']): string | undefined {
  const needs = /^needs (.+)$/.exec(reason)?.[1]?.split(', ') ?? []
  const help = needs.flatMap((name) => helpFor[name]?.[end] ?? [])
  return help.length === 0 ? undefined : help.join('; ')
}
