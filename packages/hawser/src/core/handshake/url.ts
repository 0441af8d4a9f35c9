import { RULES } from './rules.ts'
import type { Rule } from '../errors.ts'

/** The part of the URL standard's `URL` that is used; a global `URL` has it. */
export interface ParsedUrl {
  /** The serialized URL. */
  readonly href: string
  /** The scheme with its colon: `wss:`. */
  readonly protocol: string
  /** Percent-encoded; empty where there is none. */
  readonly username: string
  /** Percent-encoded; empty where there is none. */
  readonly password: string
  /** `host[:port]` without a default port, IDN in punycode. */
  readonly host: string
  /** `host` without the port; an IPv6 address is in brackets. */
  readonly hostname: string
  /** Empty for the scheme's default. */
  readonly port: string
  /** Percent-encoded, begins with `/`. */
  readonly pathname: string
  /** The query with its `?`; empty where there is none. */
  readonly search: string
}

/** The address of the server and the target of the request (RFC 6455 section 3). */
export interface ServerAddress {
  /** wss or https: over TLS. */
  readonly secure: boolean
  /** For DNS and SNI; an IPv6 address without its brackets. */
  readonly hostname: string
  /** The URL's port, or the scheme's default: 80 or 443. */
  readonly port: number
  /** The value of Host: the port only where it is not the default one (section 4.1). */
  readonly authority: string
  /** `/resource name/`: path and query, percent-encoded. */
  readonly target: string
  /** With the scheme `ws` or `wss` whichever alias was given, and without userinfo. */
  readonly url: string
  /** Percent-encoded userinfo, which appears in neither Host nor the target. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined
}

/** Treats http and https as ws and wss (WHATWG WebSockets, constructor steps). A fragment, even an empty one, is an error (RFC 6455 section 3). */
export function readServerAddress(
  url: ParsedUrl,
): { readonly ok: true; readonly value: ServerAddress } | { readonly ok: false; readonly message: string; readonly rule: Rule } {
  const secure = url.protocol === 'wss:' || url.protocol === 'https:'
  if (!secure && url.protocol !== 'ws:' && url.protocol !== 'http:') {
    return { ok: false, message: `the scheme of a WebSocket URL is ws, wss, http or https, not ${url.protocol.slice(0, -1)}`, rule: RULES.RC2 }
  }
  // `hash` is empty for `ws://h/#`; a serialized URL has no other `#`.
  if (url.href.includes('#')) return { ok: false, message: 'a WebSocket URL has no fragment; write %23 for a "#" in it', rule: RULES.RC1 }
  if (url.hostname === '') return { ok: false, message: 'a WebSocket URL has a host', rule: RULES.RC2 }
  const target = `${url.pathname === '' ? '/' : url.pathname}${url.search}`
  const hasCredentials = url.username !== '' || url.password !== ''
  return {
    ok: true,
    value: {
      secure,
      hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      authority: url.host,
      target,
      url: `${secure ? 'wss' : 'ws'}://${url.host}${target}`,
      credentials: hasCredentials ? { username: url.username, password: url.password } : undefined,
    },
  }
}
