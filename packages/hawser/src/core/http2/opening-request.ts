/** The HTTP/2 bootstrap of the opening handshake at the server: Extended CONNECT (RFC 8441 sections 4 and 5). */
import { parseAuthority, serializeAuthority } from '../handshake/authority.ts'
import { quote } from '../handshake/field-values.ts'
import { refuse, refused } from '../handshake/refusals.ts'
import { CONNECTION_SPECIFIC_FIELDS } from '../handshake/reserved-fields.ts'
import { parseRequestTarget } from '../handshake/request-target.ts'
import { readOpening } from '../handshake/server-handshake.ts'
import { HTTP2_RULES } from './rules.ts'
import type { Fields } from '../handshake/fields.ts'
import type { Outcome, Refusal } from '../handshake/refusals.ts'
import type { OpeningRequest, ServerHandshakePolicy } from '../handshake/server-handshake.ts'

/** A request's pseudo-header fields (RFC 9113 section 8.3.1, RFC 8441 section 4), undefined where absent, and its fields. */
export interface ConnectRequestHead {
  /** `:method`. */
  readonly method: string | undefined
  /** `:protocol` (RFC 8441 section 4). */
  readonly protocol: string | undefined
  /** `:scheme`. */
  readonly scheme: string | undefined
  /** `:authority`. */
  readonly authority: string | undefined
  /** `:path`. */
  readonly path: string | undefined
  /** Without pseudo-header fields. */
  readonly fields: Fields
  /** The HEADERS had END_STREAM, so no WebSocket frame can follow. */
  readonly endStream: boolean
}

/** An Extended CONNECT for `websocket`; protocols registered for Upgrade are compared case-insensitively (RFC 8441 section 4, RFC 9110 section 7.8). */
export function isConnectToWebSocket(head: Pick<ConnectRequestHead, 'method' | 'protocol'>): boolean {
  return head.method === 'CONNECT' && head.protocol?.toLowerCase() === 'websocket'
}

/** RFC 9220 section 3 names 501 for an unknown `:protocol`; RFC 8441 names no status code. */
export function refuseProtocol(protocol: string): Refusal {
  return refuse(501, HTTP2_RULES.protocol, `this server does not support ${quote(protocol)} over Extended CONNECT, only websocket`)
}

/** Classic CONNECT asks for a tunnel (RFC 9110 section 9.3.6); a WebSocket server is not a proxy. */
export function refuseTunnel(): Refusal {
  return refuse(501, HTTP2_RULES.tunnel, 'CONNECT without :protocol asks for a tunnel, and this server is not a proxy')
}

/** Another method where only WebSocket is served. HTTP/1.1 answers 426, which needs Upgrade; HTTP/2 has none (RFC 9113 section 8.2.2). */
export function refuseOrdinary(method: string): Refusal {
  return refuse(405, HTTP2_RULES.method, `the method is ${quote(method)}; this server serves only WebSocket, which is opened with CONNECT`, {
    fields: [['allow', 'CONNECT']],
  })
}

/** Reads an Extended CONNECT for `websocket` as an opening handshake. Sec-WebSocket-Key is not processed (RFC 8441 section 5). */
export function readConnectRequest(head: ConnectRequestHead, policy: ServerHandshakePolicy): Outcome<OpeningRequest> {
  const { fields } = head
  for (const name of CONNECTION_SPECIFIC_FIELDS) {
    if (fields.has(name)) return refused(refuse(400, HTTP2_RULES['connection-specific'], `the field ${name} is not allowed in HTTP/2`))
  }
  if (head.endStream) return refused(refuse(400, HTTP2_RULES['end-stream'], 'the request ends its stream, so no frame can follow it'))
  if (head.scheme !== 'https' && head.scheme !== 'http') {
    return refused(
      refuse(400, HTTP2_RULES.scheme, head.scheme === undefined ? ':scheme is missing' : `:scheme is ${quote(head.scheme)}, not http or https`),
    )
  }
  const length = fields.values('content-length').find((value) => !/^0+$/.test(value))
  if (length !== undefined) return refused(refuse(400, 'H12', `the request has content (Content-Length ${quote(length)})`))
  const authority = readAuthority(head)
  if (!authority.ok) return authority
  if (head.path === undefined || !head.path.startsWith('/')) {
    return refused(refuse(400, HTTP2_RULES.path, head.path === undefined ? ':path is missing' : `:path ${quote(head.path)} does not begin with /`))
  }
  const target = parseRequestTarget(head.path)
  if (!target.ok) return refused(refuse(400, HTTP2_RULES.path, target.message))
  return readOpening({ method: 'CONNECT', httpVersion: '2', target: target.value, authority: authority.value, key: undefined, fields }, policy)
}

/** Host replaces an absent `:authority`, and must not contradict it (RFC 9113 section 8.3.1). */
function readAuthority(head: ConnectRequestHead): Outcome<string> {
  const hosts = head.fields.values('host')
  const written = head.authority ?? hosts[0]
  if (written === undefined) return refused(refuse(400, HTTP2_RULES.authority, ':authority is missing'))
  const authority = parseAuthority(written)
  if (authority === undefined) return refused(refuse(400, HTTP2_RULES.authority, `:authority ${quote(written)} is not host[:port]`))
  const value = serializeAuthority(authority)
  for (const host of hosts) {
    const other = parseAuthority(host)
    if (other === undefined || serializeAuthority(other) !== value) {
      return refused(refuse(400, HTTP2_RULES.authority, `Host ${quote(host)} contradicts :authority ${quote(written)}`))
    }
  }
  return { ok: true, value }
}
