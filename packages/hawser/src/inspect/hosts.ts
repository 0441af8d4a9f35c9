import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { isLoopbackHost } from '../core/handshake/index.ts'

/** The host that a request names. Over HTTP/2 `:authority` does, and Host at most in addition. */
export function authorityOf({ headers }: IncomingMessage): string | undefined {
  return headers.host ?? headers[':authority']?.toString()
}

/**
 * Whether a request with this Host may see the page. A page of another site can reach this server under its own name, once that name
 * resolves to a loopback address (DNS rebinding); it cannot reach it under an address or a name of this machine.
 * The names of --allow-host are allowed too. A Host that is allowed has only letters, digits, `.`, `-`, `_`, `:` and brackets, so it is safe in a response field.
 */
export function isAllowedHost(hostField: string | undefined, boundHost: string, machineName: string, allowedHosts: readonly string[] = []): boolean {
  // RFC 3986 section 3.2.2 allows more in reg-name, among it the `;` and `,` that separate directives and policies of a CSP
  const name = /^(\[[\da-f:.]+\]|[a-z\d._-]+)(?::\d{1,5})?$/i.exec(hostField ?? '')?.[1]
  if (name === undefined) return false
  const bare = bareHost(name)
  if (isLoopbackHost(bare) || bare === bareHost(boundHost)) return true
  if (allowedHosts.some((allowed) => [bare, hostField?.toLowerCase()].includes(allowed.toLowerCase()))) return true
  return !isLoopbackHost(boundHost) && (isIP(bare) !== 0 || bare === machineName.toLowerCase())
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, '')
}
