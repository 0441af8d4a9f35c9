import { OptionError } from '../errors.ts'
import { parseAuthority, serializeAuthority } from './authority.ts'
import type { Fields } from './fields.ts'

/** The part of an opening handshake that a decision about its origin may need. */
export interface OriginRequest {
  /** `host[:port]`, lower-case host. */
  readonly authority: string
  /** Without query, as it was sent. */
  readonly path: string
  /** All fields of the request. */
  readonly fields: Fields
}

/** Which origins may open connections (RFC 6455 section 10.2). */
export interface OriginPolicy {
  /** Undefined turns the check off. Normalized: lower-case, without the default port of the scheme. */
  readonly allowed: ReadonlySet<string> | undefined
  /** Checked after `allowed`. */
  readonly patterns: readonly OriginPattern[]
  /** Asked about an origin, normalized, that nothing else allows; undefined where it failed. */
  readonly decide?: ((origin: string, request: OriginRequest) => boolean | undefined) | undefined
}

/** `https://*.example.com`: any subdomain, of any depth. `http://localhost:*`: any port. */
interface OriginPattern {
  /** With `://`. */
  readonly scheme: string
  /** With a leading dot for the subdomains of a domain. */
  readonly host: string
  /** With its colon; empty for the default port, undefined for any. */
  readonly port: string | undefined
}

/** Names and patterns, `any`, or a function that decides. */
export type OriginOption = readonly string[] | 'any' | ((origin: string, request: OriginRequest) => boolean)

const SAME_ORIGIN_ONLY: OriginPolicy = Object.freeze({ allowed: new Set<string>(), patterns: [] })
const ANY_ORIGIN: OriginPolicy = Object.freeze({ allowed: undefined, patterns: [] })
const EXPECTED = '`scheme://host[:port]` without a path, `null`, or a pattern such as `https://*.example.com` or `http://localhost:*`'

/**
 * @param origins allowed besides same-origin: each `scheme://host[:port]`, a pattern of them, or `null`; `any` turns the check off; a function
 * decides. Default: same-origin only.
 * @throws OptionError for one that is not a serialized origin, or that no browser sends
 */
export function createOriginPolicy(origins: OriginOption | undefined): OriginPolicy {
  if (origins === undefined) return SAME_ORIGIN_ONLY
  if (origins === 'any') return ANY_ORIGIN
  if (typeof origins === 'function') return { ...SAME_ORIGIN_ONLY, decide: origins }
  if (!Array.isArray(origins)) throw new OptionError('origins', "'any', an array of origins, or a function", origins)
  const allowed = new Set<string>()
  const patterns: OriginPattern[] = []
  for (const [position, origin] of (origins as readonly unknown[]).entries()) {
    const option = `origins[${position}]`
    if (typeof origin !== 'string') throw new OptionError(option, EXPECTED, origin)
    if (/^wss?:/i.test(origin)) throw new OptionError(option, 'an origin of a page, whose scheme is http or https', origin)
    const pattern = origin.includes('*') ? parsePattern(origin) : undefined
    const normalized = origin.includes('*') ? undefined : normalizeOrigin(origin)
    if (pattern !== undefined) patterns.push(pattern)
    else if (normalized !== undefined) allowed.add(normalized)
    else throw new OptionError(option, EXPECTED, origin)
  }
  return { allowed, patterns }
}

function parsePattern(text: string): OriginPattern | undefined {
  const anyPort = text.endsWith(':*')
  const withoutPort = anyPort ? text.slice(0, -2) : text
  const separator = withoutPort.indexOf('://')
  const isSubdomains = withoutPort.startsWith('*.', separator + 3)
  const host = withoutPort.slice(separator + (isSubdomains ? 5 : 3))
  if (separator < 1 || host === '' || host.includes('*')) return undefined
  const normalized = normalizeOrigin(`${withoutPort.slice(0, separator)}://${host}`)
  if (normalized === undefined) return undefined
  const parts = splitOrigin(normalized)
  if (anyPort && parts.port !== '') return undefined
  return { scheme: parts.scheme, host: `${isSubdomains ? '.' : ''}${parts.host}`, port: anyPort ? undefined : parts.port }
}

/** @param origin normalized */
function splitOrigin(origin: string): { readonly scheme: string; readonly host: string; readonly port: string } {
  const start = origin.indexOf('://') + 3
  const port = /:\d+$/.exec(origin.slice(start))?.[0] ?? ''
  return { scheme: origin.slice(0, start), host: origin.slice(start, origin.length - port.length), port }
}

function matches(pattern: OriginPattern, origin: string): boolean {
  const { scheme, host, port } = splitOrigin(origin)
  if (scheme !== pattern.scheme || (pattern.port !== undefined && port !== pattern.port)) return false
  return pattern.host.startsWith('.') ? host.endsWith(pattern.host) && host.length > pattern.host.length : host === pattern.host
}

/** Checks the option `origin` of a client. @throws OptionError unless it is undefined or serialized as an Origin field is */
export function checkOriginOption(origin: unknown): void {
  if (origin === undefined || (typeof origin === 'string' && normalizeOrigin(origin) !== undefined)) return
  throw new OptionError('origin', '`scheme://host[:port]` without a path, or `null`', origin)
}

/**
 * A serialized origin (RFC 6454 section 6.2) with scheme and host in lower case and without the default port.
 * @returns undefined for text that is not an origin: one with a path, userinfo, whitespace or an invalid port
 */
export function normalizeOrigin(text: string): string | undefined {
  if (text === 'null') return 'null'
  const separator = text.indexOf('://')
  if (separator < 1 || !/^[A-Za-z][A-Za-z0-9+.-]*$/.test(text.slice(0, separator))) return undefined
  const scheme = text.slice(0, separator).toLowerCase()
  // `file://` and the like: a scheme without a host, as some web views send.
  if (text.length === separator + 3) return `${scheme}://`
  const authority = parseAuthority(text.slice(separator + 3))
  if (authority === undefined || text.endsWith(':')) return undefined
  return `${scheme}://${serializeAuthority({ host: authority.host, port: authority.port === defaultPort(scheme) ? undefined : authority.port })}`
}

/**
 * Whether the Origin field's value may connect: `malformed` is a 400, `foreign` a 403, `failed` a 500. A list (RFC 6454 section 7.1) needs all
 * of them.
 */
export function checkOrigin(
  origin: string,
  request: OriginRequest,
  secure: boolean,
  policy: OriginPolicy,
): 'allowed' | 'foreign' | 'malformed' | 'failed' {
  const { authority } = request
  const prefix = secure ? 'https://' : 'http://'
  // Browsers send it normalized and Host has been validated, so the usual case is one comparison (1 us saved), in place.
  if (origin.length === prefix.length + authority.length && origin.startsWith(prefix) && origin.endsWith(authority)) return 'allowed'
  const own = `${prefix}${authority}`
  let verdict: 'allowed' | 'foreign' | 'failed' = 'allowed'
  const same = normalizeOrigin(own)
  for (const one of origin.includes(' ') ? origin.split(' ') : [origin]) {
    const normalized = normalizeOrigin(one)
    if (normalized === undefined) return 'malformed'
    if (verdict === 'allowed' && normalized !== same) verdict = judge(normalized, request, policy)
  }
  return verdict
}

function judge(origin: string, request: OriginRequest, { allowed, patterns, decide }: OriginPolicy): 'allowed' | 'foreign' | 'failed' {
  if (allowed === undefined || allowed.has(origin) || patterns.some((pattern) => matches(pattern, origin))) return 'allowed'
  const decision = decide === undefined ? false : decide(origin, request)
  return decision === undefined ? 'failed' : decision ? 'allowed' : 'foreign'
}

function defaultPort(scheme: string): number | undefined {
  return scheme === 'http' || scheme === 'ws' ? 80 : scheme === 'https' || scheme === 'wss' ? 443 : undefined
}
