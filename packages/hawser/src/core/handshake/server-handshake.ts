/**
 * The server's part of the opening handshake (RFC 6455 section 4.2), independent of the HTTP version. `core/http1` and
 * `core/http2` turn their own bootstrap into an `OpeningRequest` and an acceptance into a response.
 */
import { isValidKey } from './accept-key.ts'
import { parseAuthority } from './authority.ts'
import { parseExtensions, quote } from './field-values.ts'
import { isAllowedHost } from './hosts.ts'
import { checkOrigin, normalizeOrigin } from './origin.ts'
import { readForwarded } from './forwarded.ts'
import { refuse, refused, refuseForFailure, refuseHost, refuseOrigin, refuseVersion, SUPPORTED_VERSION } from './refusals.ts'
import { parseSubprotocols } from './subprotocol.ts'
import type { ExtensionElement } from '../protocol/extension.ts'
import type { HostPolicy } from './hosts.ts'
import type { OfferCache } from './offer-cache.ts'
import { several } from './offer-cache.ts'
import type { OriginPolicy } from './origin.ts'
import type { Outcome, Refusal } from './refusals.ts'
import type { Fields } from './fields.ts'
import type { RequestTarget } from './request-target.ts'

export type { Outcome, Refusal } from './refusals.ts'

/** A valid opening handshake, read. Field values are those the client sent. */
export interface OpeningRequest {
  /** GET for an Upgrade of HTTP/1.1, CONNECT for Extended CONNECT. */
  readonly method: 'GET' | 'CONNECT'
  /** The HTTP version that carries the handshake. */
  readonly httpVersion: '1.1' | '2' | '3'
  /** The request target, or `:path`. */
  readonly target: RequestTarget
  /** `host[:port]` from Host, `:authority` or an absolute-form target, lower-case host. */
  readonly authority: string
  /** Undefined where the field is absent; the string `null` is an opaque origin. */
  readonly origin: string | undefined
  /** In the client's order of preference. */
  readonly subprotocols: readonly string[]
  /** The client's offers, in its order of preference. */
  readonly extensions: readonly ExtensionElement[]
  /** Undefined over HTTP/2 and HTTP/3. */
  readonly key: string | undefined
  /** The value of Sec-WebSocket-Version: always `13` here. */
  readonly version: string
  /** All fields of the request. */
  readonly fields: Fields
  /** The client spoke https or wss, to this server or to a trusted proxy in front of it. */
  readonly secure: boolean
  /** The client's address, if a trusted proxy names it. */
  readonly forwardedAddress: string | undefined
}

/** The server's settings for every opening handshake. */
export interface ServerHandshakePolicy {
  /** Which origins may open connections. */
  readonly origins: OriginPolicy
  /** The transport is TLS: the scheme that same-origin compares with is https, unless a trusted proxy says otherwise. */
  readonly secure: boolean
  /** Default: every host. */
  readonly hosts?: HostPolicy
  /** The address of the transport's peer, where it has one. */
  readonly peer?: string | undefined
  /** Whether an address is that of a proxy whose Forwarded and X-Forwarded-* fields count. Default: none is. */
  readonly trusts?: ((address: string | undefined) => boolean) | undefined
  /** Reads the offers of extensions and subprotocols. Default: each anew. */
  readonly offers?: OfferCache
}

/** The parts that each bootstrap (HTTP/1.1 Upgrade or Extended CONNECT) reads itself. */
export type Bootstrap = Pick<OpeningRequest, 'method' | 'httpVersion' | 'target' | 'authority' | 'key' | 'fields'>

/** The parts of section 4.2.1 that no HTTP version changes: host, version, key, origin, subprotocols, extensions, in that order. */
export function readOpening(bootstrap: Bootstrap, policy: ServerHandshakePolicy): Outcome<OpeningRequest> {
  const { method, httpVersion, target, key, fields } = bootstrap
  const forwarded = policy.trusts === undefined ? undefined : readForwarded(fields, policy.peer, policy.trusts)
  if (forwarded === 'conflict') {
    return refused(
      refuse(400, undefined, 'Forwarded and X-Forwarded-* contradict each other; the proxy has to remove what it does not write', {
        close: true,
        condition: 'request-forwarded',
      }),
    )
  }
  const authority = forwarded?.authority ?? bootstrap.authority
  const secure = forwarded?.secure ?? policy.secure
  // No page can make a browser send the fields of a proxy: the host they name is the proxy's to check.
  if (policy.hosts !== undefined && forwarded?.authority === undefined && !isAllowedHost(authority, policy.hosts)) {
    return refused(refuseHost(authority, policy.hosts.loopback))
  }
  const version = fields.only('sec-websocket-version')
  if (version === null) return refused(refuseVersionTwice(httpVersion))
  // Compared as text: values that a lenient conversion turns into 13 (013, 0xD, 13.0) are other versions (section 4.1, grammar of version).
  if (version !== SUPPORTED_VERSION) {
    const what = version === undefined ? 'Sec-WebSocket-Version is missing' : `Sec-WebSocket-Version ${quote(version)} is not supported`
    return refused(refuseVersion(`${what}; this server speaks version ${SUPPORTED_VERSION}`, httpVersion))
  }
  if (key !== undefined && !isValidKey(key)) {
    return refused(
      refuse(400, 'RS2.key', key === '' ? 'Sec-WebSocket-Key is missing' : `Sec-WebSocket-Key ${quote(key)} is not the base64 of 16 bytes`),
    )
  }
  const origin = fields.only('origin')
  if (origin === null) return refused(refuse(400, 'RS1', 'Origin appears more than once'))
  if (origin !== undefined) {
    const verdict = checkOrigin(origin, { authority, path: target.path, fields }, secure, policy.origins)
    if (verdict === 'malformed')
      return refused(refuse(400, 'RS1', `Origin ${quote(origin)} is not a serialized origin, scheme://host[:port] or null`))
    if (verdict === 'foreign') {
      return refused(refuseOrigin(explainForeign(origin, authority, secure)))
    }
    if (verdict === 'failed') return refused(refuseForFailure())
  }
  const { offers } = policy
  const subprotocolLines = linesOf(fields, 'sec-websocket-protocol')
  const subprotocols =
    subprotocolLines === undefined
      ? NOTHING
      : offers === undefined
        ? parseSubprotocols(several(subprotocolLines))
        : offers.parseSubprotocols(subprotocolLines)
  if (!subprotocols.ok) return refused(refuse(400, 'RS1', `Sec-WebSocket-Protocol: ${subprotocols.message}`))
  const extensionLines = linesOf(fields, 'sec-websocket-extensions')
  const extensions =
    extensionLines === undefined ? NOTHING : offers === undefined ? parseExtensions(several(extensionLines)) : offers.parse(extensionLines)
  if (!extensions.ok) return refused(refuse(400, 'RS1', `Sec-WebSocket-Extensions: ${extensions.message}`))
  const value: OpeningRequest = {
    method,
    httpVersion,
    target,
    authority,
    origin,
    subprotocols: subprotocols.value,
    extensions: extensions.value,
    key,
    version: SUPPORTED_VERSION,
    fields,
    secure,
    forwardedAddress: forwarded?.address,
  }
  return { ok: true, value }
}

/** The only line as it is; an array of one would be garbage. */
function linesOf(fields: Fields, name: string): string | readonly string[] | undefined {
  const only = fields.only(name)
  return only === null ? fields.values(name) : only
}

const NOTHING: { readonly ok: true; readonly value: readonly never[] } = Object.freeze({ ok: true, value: Object.freeze([]) })

function refuseVersionTwice(httpVersion: OpeningRequest['httpVersion']): Refusal {
  return {
    ...refuseVersion('Sec-WebSocket-Version appears more than once', httpVersion, 'RS7.once'),
    status: 400,
    fields: [['Sec-WebSocket-Version', SUPPORTED_VERSION]],
  }
}

function explainForeign(origin: string, authority: string, secure: boolean): string {
  const foreign = `the origin ${quote(origin)} is neither the origin of this server, ${quote(`${secure ? 'https' : 'http'}://${authority}`)}, nor an allowed origin`
  const behindProxy = !secure && normalizeOrigin(origin) === normalizeOrigin(`https://${authority}`)
  if (behindProxy) return `${foreign}; if TLS ends at a proxy in front, name its address in trustProxy, or the origin in origins`
  const host = parseAuthority(authority)?.host
  const sameHost = host !== undefined && parseAuthority(origin.replace(/^[^:]*:\/\//, ''))?.host === host
  return sameHost ? `${foreign}; if a proxy in front listens on that port, let it pass on the port in Host, or in X-Forwarded-Host` : foreign
}
