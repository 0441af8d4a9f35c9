import { OptionError } from '../errors.ts'
import { parseAuthority, serializeAuthority } from './authority.ts'

/** Which origins may open connections (RFC 6455 section 10.2). */
export interface OriginPolicy {
  /** Undefined turns the check off. Normalized: lower-case, without the default port of the scheme. */
  readonly allowed: ReadonlySet<string> | undefined
}

const SAME_ORIGIN_ONLY: OriginPolicy = Object.freeze({ allowed: new Set<string>() })
const ANY_ORIGIN: OriginPolicy = Object.freeze({ allowed: undefined })

/**
 * @param origins allowed besides same-origin, each `scheme://host[:port]` or `null`; `any` turns the check off. Default: same-origin only.
 * @throws OptionError for one that is not a serialized origin
 */
export function createOriginPolicy(origins: readonly string[] | 'any' | undefined): OriginPolicy {
  if (origins === undefined) return SAME_ORIGIN_ONLY
  if (origins === 'any') return ANY_ORIGIN
  if (!Array.isArray(origins)) throw new OptionError('origins', "'any' or an array of origins", origins)
  const allowed = new Set<string>()
  for (const [position, origin] of origins.entries()) {
    const normalized = typeof origin === 'string' ? normalizeOrigin(origin) : undefined
    if (normalized === undefined) throw new OptionError(`origins[${position}]`, '`scheme://host[:port]` without a path, or `null`', origin)
    allowed.add(normalized)
  }
  return { allowed }
}

/**
 * A serialized origin (RFC 6454 section 6.2) with scheme and host in lower case and without the default port.
 * @returns undefined for what is none: a path, userinfo, whitespace, an invalid port
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

/** Whether the Origin field's value may connect: `malformed` is a 400, `foreign` a 403. A list (RFC 6454 section 7.1) needs all of them. */
export function checkOrigin(origin: string, authority: string, secure: boolean, policy: OriginPolicy): 'allowed' | 'foreign' | 'malformed' {
  const own = `${secure ? 'https' : 'http'}://${authority}`
  // Browsers send it normalized and Host has been validated, so the usual case is one comparison (1 us saved).
  if (origin === own) return 'allowed'
  let verdict: 'allowed' | 'foreign' = 'allowed'
  const same = normalizeOrigin(own)
  for (const one of origin.includes(' ') ? origin.split(' ') : [origin]) {
    const normalized = normalizeOrigin(one)
    if (normalized === undefined) return 'malformed'
    if (policy.allowed !== undefined && normalized !== same && !policy.allowed.has(normalized)) verdict = 'foreign'
  }
  return verdict
}

function defaultPort(scheme: string): number | undefined {
  return scheme === 'http' || scheme === 'ws' ? 80 : scheme === 'https' || scheme === 'wss' ? 443 : undefined
}
